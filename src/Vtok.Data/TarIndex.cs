using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vtok.Data;

/// <summary>The regular files of a tar archive (ustar, GNU, pax), found by one pass over its headers; no data is read.</summary>
internal sealed class TarIndex
{
    private const int Block = 512;
    private const int MaxNameBytes = 1 << 16; // of a GNU long name or a pax block: allocated before it is believed

    private readonly List<TarMember> _members = [];

    private TarIndex() { }

    /// <summary>Files in the archive's order; when it is cut short, those that are whole.</summary>
    public IReadOnlyList<TarMember> Members => _members;

    /// <summary>What is wrong with the archive and where, or null for a whole one.</summary>
    public DatasetException? Fault { get; private set; }

    /// <summary>Reads the headers of an archive.</summary>
    /// <param name="file">The open archive.</param>
    /// <param name="name">What messages call it.</param>
    public static TarIndex Scan(SafeFileHandle file, string name)
    {
        TarIndex index = new();
        try
        {
            index.ReadHeaders(file, name);
        }
        catch (DatasetException e)
        {
            index.Fault = e;
        }
        catch (IOException e)
        {
            index.Fault = new DatasetException(DatasetError.Unreadable, $"{name}: {e.Message}", e);
        }
        return index;
    }

    private void ReadHeaders(SafeFileHandle file, string archive)
    {
        long end = RandomAccess.GetLength(file);
        byte[] header = new byte[Block];
        string? longName = null;
        long? longSize = null;
        for (long at = 0; ;)
        {
            if (RandomAccess.Read(file, header, at) < Block)
                throw new DatasetException(DatasetError.Truncated, $"{archive}: ends at offset {end} without the end mark of a tar archive (copy it again)");
            if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
                return;
            if (!ChecksumHolds(header))
                throw new DatasetException(DatasetError.Damaged, $"{archive}: no tar header at offset {at}");
            char type = (char)header[156];
            if (Number(header.AsSpan(124, 12)) is not { } stored || stored < 0)
                throw new DatasetException(DatasetError.Damaged, $"{archive}: the member at offset {at} has no readable length");
            bool isData = type is '0' or '\0' or '7';
            long size = isData ? longSize ?? stored : stored;
            long data = at + Block;
            if (size > end - data)
                throw new DatasetException(DatasetError.Truncated, $"{archive}: ends at offset {end}, the member at offset {at} has {size} bytes (copy it again)");
            switch (type)
            {
                case 'L':
                    longName = Text(ReadBlock(file, archive, data, size));
                    break;
                case 'x':
                    ReadPax(ReadBlock(file, archive, data, size), ref longName, ref longSize);
                    break;
                case 'K' or 'g':
                    break;
                default:
                    if (isData)
                        _members.Add(new TarMember(longName ?? ShortName(header), data, size));
                    (longName, longSize) = (null, null);
                    break;
            }
            at = data + (size + Block - 1) / Block * Block;
        }
    }

    private static byte[] ReadBlock(SafeFileHandle file, string archive, long offset, long size)
    {
        if (size > MaxNameBytes)
            throw new DatasetException(DatasetError.Damaged, $"{archive}: a name of {size} bytes at offset {offset}, at most {MaxNameBytes} are read");
        byte[] bytes = new byte[size];
        return RandomAccess.Read(file, bytes, offset) == size
            ? bytes
            : throw new DatasetException(DatasetError.Truncated, $"{archive}: ends inside the name at offset {offset}");
    }

    /// <summary>Records "length key=value\n"; length counts itself.</summary>
    private static void ReadPax(ReadOnlySpan<byte> block, ref string? name, ref long? size)
    {
        while (block.IndexOf((byte)' ') is var space and > 0
            && int.TryParse(block[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length > space + 1 && length <= block.Length)
        {
            string[] pair = Encoding.UTF8.GetString(block[(space + 1)..(length - 1)]).Split('=', 2);
            if (pair is ["path", var path])
                name = path;
            else if (pair is ["size", var digits] && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
                size = value;
            block = block[length..];
        }
    }

    private static string ShortName(ReadOnlySpan<byte> header)
    {
        string name = Text(header[..100]);
        bool posix = header[257..263].SequenceEqual("ustar\0"u8); // GNU's magic has times where the prefix would be
        string prefix = posix ? Text(header.Slice(345, 155)) : "";
        return prefix.Length == 0 ? name : prefix + "/" + name;
    }

    private static bool ChecksumHolds(ReadOnlySpan<byte> header)
    {
        long sum = 8 * ' '; // the field itself counts as spaces
        for (int i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? 0 : header[i];
        return Number(header.Slice(148, 8)) == sum;
    }

    /// <summary>Octal digits, or GNU's base 256 when the top bit is set.</summary>
    private static long? Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            if (field[0] != 0x80)
                return null;
            foreach (byte b in field[1..])
            {
                if (value > long.MaxValue >> 8)
                    return null;
                value = value << 8 | b;
            }
            return value;
        }
        ReadOnlySpan<byte> digits = field.Trim(" \0"u8);
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return null;
            value = value * 8 + (digit - '0');
        }
        return value;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
