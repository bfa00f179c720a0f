using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Vtok.Models.Weights;

/// <summary>CRC-32C of a whole safetensors file, kept in its own header as eight hexadecimal digits that count as zeros.</summary>
/// <remarks>Other readers see one more line of text. Files without it, such as all published ones, are not checked.</remarks>
internal struct SafetensorsCheck()
{
    /// <summary>Its name among the header's texts.</summary>
    public const string Name = "crc32c";

    /// <summary>The digits before they are known.</summary>
    public const string Blank = "00000000";

    private const int Chunk = 1 << 20;
    private uint _state = uint.MaxValue;

    /// <summary>The digits of all bytes so far.</summary>
    public readonly string Digits => (~_state).ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Adds bytes of the file, in their order.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes)
            state = BitOperations.Crc32C(state, b);
        _state = state;
    }

    /// <summary>Where the digits stand in a header's JSON. No other text can look so: quotes within texts are escaped.</summary>
    public static int PlaceOf(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> before = "\"crc32c\":\""u8;
        int found = json.IndexOf(before);
        return found < 0 || found + before.Length + Blank.Length > json.Length ? -1 : found + before.Length;
    }

    /// <summary>Reads a whole file and compares.</summary>
    /// <param name="stream">The file; its position moves.</param>
    /// <param name="written">The digits of its header.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="CheckpointException">It is not as it was written, or cannot be read.</exception>
    public static void Verify(Stream stream, string written, string file)
    {
        string found;
        try
        {
            found = DigitsOf(stream);
        }
        catch (IOException e)
        {
            throw new CheckpointException(CheckpointError.Unreadable, $"{file}: cannot be read ({e.Message.Split('\n')[0].Trim()})", e);
        }
        if (found != written)
            throw new CheckpointException(CheckpointError.WrongDigest, $"{file}: its bytes are not those that were written (CRC-32C {found}, expected {Printable.Quote(written)}); restore or delete it");
    }

    private static string DigitsOf(Stream stream)
    {
        var check = new SafetensorsCheck();
        stream.Position = 0;
        byte[] buffer = new byte[sizeof(long)];
        stream.ReadExactly(buffer);
        check.Add(buffer);
        byte[] json = new byte[BinaryPrimitives.ReadInt64LittleEndian(buffer)];
        stream.ReadExactly(json);
        if (PlaceOf(json) is >= 0 and int place)
            json.AsSpan(place, Blank.Length).Fill((byte)'0');
        check.Add(json);
        buffer = new byte[Chunk];
        for (int read; (read = stream.ReadAtLeast(buffer, Chunk, throwOnEndOfStream: false)) > 0;)
            check.Add(buffer.AsSpan(0, read));
        return check.Digits;
    }
}
