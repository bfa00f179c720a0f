using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Vtok.Training.Runs;

/// <summary>Writes numbers for TensorBoard: a file of TFRecord frames, each with one Event message of tensorflow/core/util/event.proto.</summary>
/// <remarks>A frame is the length (u64), its check, the bytes, their check; little endian; a check is a masked CRC-32C.</remarks>
internal sealed class EventFile : IDisposable
{
    private const string Version = "brain.Event:2";
    private const string Prefix = "events.out.tfevents.";
    private const uint MaskDelta = 0xA282EAD8;

    // Fields of Event, Summary, Summary.Value and SessionLog; wire types 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
    private const byte WallTime = 1 << 3 | 1, Step = 2 << 3, FileVersion = 3 << 3 | 2, Summary = 5 << 3 | 2, SessionLog = 7 << 3 | 2;
    private const byte Value = 1 << 3 | 2, Tag = 1 << 3 | 2, SimpleValue = 2 << 3 | 5, Status = 1 << 3, Start = 1;

    private readonly FileStream _stream;
    private readonly Func<DateTimeOffset> _clock;

    /// <summary>Creates a new file in a folder.</summary>
    /// <param name="folder">The folder that TensorBoard is pointed at, or one below it.</param>
    /// <param name="step">Steps done. What earlier files of the folder hold of later ones is void: a killed run left it.</param>
    /// <param name="clock">The time. Default: the system's.</param>
    public EventFile(string folder, long step, Func<DateTimeOffset>? clock = null)
    {
        _clock = clock ?? (() => DateTimeOffset.UtcNow);
        // TensorBoard reads the files in the order of their names, whatever the clock was set to between them.
        long newest = Directory.EnumerateFiles(folder, Prefix + "*").Select(SecondsOf).DefaultIfEmpty(-1).Max(), now = Math.Max(_clock().ToUnixTimeSeconds(), newest + 1);
        _stream = new FileStream(Path.Combine(folder, $"{Prefix}{now:D10}.{Environment.MachineName}.{Environment.ProcessId}"), FileMode.CreateNew, FileAccess.Write, FileShare.Read);

        ArrayBufferWriter<byte> version = Begin(0);
        Write(version, FileVersion, Encoding.ASCII.GetBytes(Version));
        Frame(version.WrittenSpan);
        ArrayBufferWriter<byte> start = Begin(step + 1);
        Write(start, SessionLog, [Status, Start]);
        Frame(start.WrittenSpan);
        _stream.Flush();
    }

    private static long SecondsOf(string path) =>
        long.TryParse(Path.GetFileName(path).Split('.')[3], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds < long.MaxValue ? seconds : -1;

    /// <summary>Writes numbers of a step.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="values">Numbers by tag, such as "train/loss".</param>
    public void Write(long step, IEnumerable<KeyValuePair<string, double>> values)
    {
        var summary = new ArrayBufferWriter<byte>();
        foreach ((string tag, double number) in values)
        {
            var value = new ArrayBufferWriter<byte>();
            Write(value, Tag, Encoding.UTF8.GetBytes(tag));
            value.Write([SimpleValue]);
            BinaryPrimitives.WriteSingleLittleEndian(value.GetSpan(sizeof(float)), (float)number);
            value.Advance(sizeof(float));
            Write(summary, Value, value.WrittenSpan);
        }
        ArrayBufferWriter<byte> line = Begin(step);
        Write(line, Summary, summary.WrittenSpan);
        Frame(line.WrittenSpan);
        _stream.Flush();
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>CRC-32C, turned and shifted so that checks of data which holds checks stay good.</summary>
    internal static uint MaskedCheck(ReadOnlySpan<byte> bytes)
    {
        uint state = uint.MaxValue;
        foreach (byte b in bytes)
            state = BitOperations.Crc32C(state, b);
        return BitOperations.RotateRight(~state, 15) + MaskDelta;
    }

    private ArrayBufferWriter<byte> Begin(long step)
    {
        var line = new ArrayBufferWriter<byte>();
        line.Write([WallTime]);
        BinaryPrimitives.WriteDoubleLittleEndian(line.GetSpan(sizeof(double)), _clock().ToUnixTimeMilliseconds() / 1000.0);
        line.Advance(sizeof(double));
        if (step != 0)
        {
            line.Write([Step]);
            WriteVarint(line, (ulong)step);
        }
        return line;
    }

    private static void Write(ArrayBufferWriter<byte> buffer, byte field, ReadOnlySpan<byte> bytes)
    {
        buffer.Write([field]);
        WriteVarint(buffer, (ulong)bytes.Length);
        buffer.Write(bytes);
    }

    private static void WriteVarint(ArrayBufferWriter<byte> buffer, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            buffer.Write([(byte)(value | 0x80)]);
        buffer.Write([(byte)value]);
    }

    private void Frame(ReadOnlySpan<byte> bytes)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCheck(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedCheck(bytes));
        _stream.Write(head);
        _stream.Write(bytes);
        _stream.Write(tail);
    }
}
