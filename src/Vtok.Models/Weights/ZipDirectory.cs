using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Vtok.Models.Weights;

/// <summary>The entries of a zip archive in a mapped file: stored ones lie there as they are. Names are keys, never paths.</summary>
internal sealed class ZipDirectory
{
    /// <summary>Most bytes that a deflated entry may expand to.</summary>
    public const long MostExpanded = 1L << 30;

    private const int MostEntries = 200_000, DirectoryCap = 64 << 20, EndLength = 22, DeflateLimit = 1100;

    private readonly MappedFile _file;
    private readonly Dictionary<string, Entry> _entries = [];

    /// <summary>Reads the directory at the end of the file.</summary>
    /// <exception cref="CheckpointException">It is damaged.</exception>
    public ZipDirectory(MappedFile file)
    {
        _file = file;
        (long offset, long length, long count) = FindDirectory();
        if (length > DirectoryCap || count > MostEntries)
            throw new CheckpointException(CheckpointError.TooLarge, $"its zip directory has {count} entries in {length} bytes, at most {MostEntries} in {DirectoryCap} are read");
        if (offset < 0 || length < 0 || offset > file.Length - length)
            throw Bad("a directory outside the file");
        ReadOnlySpan<byte> directory = file.Span(offset, (int)length);
        for (long i = 0; i < count; i++)
            directory = directory[Add(directory)..];
    }

    /// <summary>Where an entry's bytes lie.</summary>
    /// <param name="Offset">First byte in the file.</param>
    /// <param name="Packed">Bytes in the file.</param>
    /// <param name="Length">Bytes once expanded.</param>
    /// <param name="Deflated">Whether they must be expanded.</param>
    public readonly record struct Entry(long Offset, long Packed, long Length, bool Deflated);

    /// <summary>The names of all entries.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Finds an entry and where its bytes begin.</summary>
    public bool TryFind(string name, out Entry entry)
    {
        if (!_entries.TryGetValue(name, out entry))
            return false;
        ReadOnlySpan<byte> local = Inside(entry.Offset, 30);
        if (BinaryPrimitives.ReadUInt32LittleEndian(local) != 0x04034b50)
            throw Bad($"no entry where {Printable.Quote(name)} should begin");
        long begin = entry.Offset + 30 + BinaryPrimitives.ReadUInt16LittleEndian(local[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        if (begin > _file.Length - entry.Packed)
            throw Bad($"{Printable.Quote(name)} outside the file (cut short?)");
        entry = entry with { Offset = begin };
        return true;
    }

    /// <summary>Fills <paramref name="destination"/> with an entry's bytes, of which it must have exactly as many as it announces.</summary>
    public void Expand(Entry entry, Stream destination, string name)
    {
        using Stream packed = _file.Stream(entry.Offset, entry.Packed);
        try
        {
            using Stream bytes = entry.Deflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
            byte[] buffer = new byte[1 << 16];
            long left = entry.Length;
            for (int read; (read = bytes.Read(buffer)) > 0; left -= read)
            {
                if (read > left)
                    throw Bad($"more in {Printable.Quote(name)} than its {entry.Length} bytes");
                destination.Write(buffer, 0, read);
            }
            if (left != 0)
                throw Bad($"{left} bytes less in {Printable.Quote(name)} than its {entry.Length}");
        }
        catch (InvalidDataException e)
        {
            throw new CheckpointException(CheckpointError.Malformed, $"its zip entry {Printable.Quote(name)} does not expand", e);
        }
    }

    private (long Offset, long Length, long Count) FindDirectory()
    {
        int tail = (int)Math.Min(_file.Length, EndLength + ushort.MaxValue);
        ReadOnlySpan<byte> bytes = tail >= EndLength ? _file.Span(_file.Length - tail, tail) : throw Bad("no directory");
        int end = bytes.LastIndexOf((ReadOnlySpan<byte>)[0x50, 0x4b, 5, 6]);
        if (end < 0 || end > tail - EndLength)
            throw Bad("no directory at its end (cut short?)");
        ReadOnlySpan<byte> record = bytes[end..];
        uint count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), length = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        if (count != ushort.MaxValue && length != uint.MaxValue && offset != uint.MaxValue)
            return (offset, length, count);
        if (end < 20 || BinaryPrimitives.ReadUInt32LittleEndian(bytes[(end - 20)..]) != 0x07064b50)
            return (offset, length, count);
        ReadOnlySpan<byte> large = Inside(BinaryPrimitives.ReadInt64LittleEndian(bytes[(end - 12)..]), 56);
        if (BinaryPrimitives.ReadUInt32LittleEndian(large) != 0x06064b50)
            throw Bad("a damaged 64-bit directory");
        return (BinaryPrimitives.ReadInt64LittleEndian(large[48..]), BinaryPrimitives.ReadInt64LittleEndian(large[40..]), BinaryPrimitives.ReadInt64LittleEndian(large[32..]));
    }

    /// <summary>Takes in one entry of the directory; returns how many bytes it has there.</summary>
    private int Add(ReadOnlySpan<byte> at)
    {
        if (at.Length < 46 || BinaryPrimitives.ReadUInt32LittleEndian(at) != 0x02014b50)
            throw Bad("a damaged directory");
        int flags = BinaryPrimitives.ReadUInt16LittleEndian(at[8..]), method = BinaryPrimitives.ReadUInt16LittleEndian(at[10..]);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(at[28..]), extraLength = BinaryPrimitives.ReadUInt16LittleEndian(at[30..]);
        int total = 46 + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(at[32..]);
        if (total > at.Length)
            throw Bad("a damaged directory");
        string name = Encoding.UTF8.GetString(at.Slice(46, nameLength));
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(at[20..]), length = BinaryPrimitives.ReadUInt32LittleEndian(at[24..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(at[42..]);
        ReadLarge(at.Slice(46 + nameLength, extraLength), ref length, ref packed, ref offset);
        if (packed < 0 || length < 0 || offset < 0 || packed > _file.Length || offset > _file.Length)
            throw Bad($"{Printable.Quote(name)} outside the file (cut short?)");
        if ((flags & 1) != 0 || method is not (0 or 8))
            throw new CheckpointException(CheckpointError.Unsupported, $"its zip entry {Printable.Quote(name)} is encrypted or packed by method {method}; stored and deflated ones are read");
        if (method == 0 ? packed != length : length > MostExpanded || length / DeflateLimit > packed)
            throw new CheckpointException(CheckpointError.TooLarge, $"its zip entry {Printable.Quote(name)} has {length} bytes packed into {packed}, which cannot be or is too much");
        if (!_entries.TryAdd(name, new Entry(offset, packed, length, method == 8)))
            throw Bad($"{Printable.Quote(name)} twice");
        return total;
    }

    /// <summary>The 64-bit sizes of extra field 1, which holds only those that do not fit 32 bits, in this order.</summary>
    private static void ReadLarge(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4)
                throw Bad("a damaged extra field");
            if (id == 1)
            {
                ReadOnlySpan<byte> field = extra.Slice(4, size);
                Next(ref field, ref length);
                Next(ref field, ref packed);
                Next(ref field, ref offset);
                return;
            }
            extra = extra[(4 + size)..];
        }
    }

    private static void Next(ref ReadOnlySpan<byte> field, ref long value)
    {
        if (value != uint.MaxValue)
            return;
        if (field.Length < 8)
            throw Bad("a damaged extra field");
        value = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[8..];
    }

    private ReadOnlySpan<byte> Inside(long offset, int count) =>
        offset >= 0 && offset <= _file.Length - count ? _file.Span(offset, count) : throw Bad("something outside the file (cut short?)");

    private static CheckpointException Bad(string what) => new(CheckpointError.Malformed, $"its zip archive has {what}");
}
