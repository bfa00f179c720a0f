using System.Buffers.Binary;
using System.Numerics;

namespace Vtok.Streams;

/// <summary>The check at the end of a file: CRC-16/IBM-3740 or CRC-32C (Castagnoli), computed as bytes come.</summary>
internal struct FileCheck(bool isLong)
{
    private static readonly ushort[] Crc16Table = MakeCrc16Table();

    private uint _state = isLong ? uint.MaxValue : ushort.MaxValue;

    public readonly int Length => isLong ? 4 : 2;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        uint state = _state;
        if (isLong)
        {
            for (; bytes.Length >= 8; bytes = bytes[8..])
                state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            foreach (byte b in bytes)
                state = BitOperations.Crc32C(state, b);
        }
        else
        {
            foreach (byte b in bytes)
                state = (ushort)((state << 8) ^ Crc16Table[(state >> 8) ^ b]);
        }
        _state = state;
    }

    /// <summary>Writes the check, little endian.</summary>
    public readonly void Write(Span<byte> destination)
    {
        if (isLong)
            BinaryPrimitives.WriteUInt32LittleEndian(destination, ~_state);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)_state);
    }

    /// <summary>Whether these are the check's bytes.</summary>
    public readonly bool Matches(ReadOnlySpan<byte> bytes)
    {
        Span<byte> expected = stackalloc byte[4];
        Write(expected);
        return bytes.SequenceEqual(expected[..Length]);
    }

    private static ushort[] MakeCrc16Table()
    {
        const int polynomial = 0x1021;
        var table = new ushort[256];
        for (int i = 0; i < 256; i++)
        {
            int value = i << 8;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 0x8000) != 0 ? (value << 1) ^ polynomial : value << 1;
            table[i] = (ushort)value;
        }
        return table;
    }
}
