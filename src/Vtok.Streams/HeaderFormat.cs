using System.Buffers.Binary;

namespace Vtok.Streams;

/// <summary>The bytes before the payload, both ways.</summary>
internal static class HeaderFormat
{
    /// <summary>Bytes that are judged before the check: magic, kind, flags.</summary>
    public const int StartLength = 5;

    private const int Version = 1;
    private const byte LongCheckFlag = 1;
    private const byte SizedFlag = 2;
    private const byte CodedFlag = 4;
    private const byte LaneCountsFlag = 8;
    private const byte ExtensionFlag = 16;
    private const byte ReservedFlags = 0xE0;

    private static ReadOnlySpan<byte> Magic => "vtk"u8;

    public static byte[] Write(VtokHeader header)
    {
        byte[] extension = ExtensionFormat.Write(header.Extensions);
        int flags = (header.HasLongCheck ? LongCheckFlag : 0) | (header.Width is not null ? SizedFlag : 0)
            | (header.LaneCounts is not null ? LaneCountsFlag : 0) | (extension.Length > 0 ? ExtensionFlag : 0);
        var bytes = new List<byte>();
        bytes.AddRange(Magic);
        bytes.Add((byte)((Version << 4) | (int)header.Layout));
        bytes.Add((byte)flags);
        Span<byte> key = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(key, header.Key);
        bytes.AddRange(key);
        if (header.Width is not null)
        {
            AddNumber(header.Width.Value);
            AddNumber(header.Height ?? 0);
        }
        if (header.Layout == VtokLayout.Tile)
            AddNumber(header.Overlap);
        AddNumber(header.Count);
        if (header.LaneCounts is { } counts)
        {
            AddNumber(counts.Count);
            foreach (int count in counts)
                AddNumber(count);
        }
        if (extension.Length > 0)
        {
            AddNumber(extension.Length);
            bytes.AddRange(extension);
        }
        return [.. bytes];

        void AddNumber(int value) => bytes.AddRange(Varint.ToBytes((uint)value));
    }

    /// <summary>Sets the flag of the long check in a header that was written.</summary>
    public static void SetLongCheck(Span<byte> header) => header[StartLength - 1] |= LongCheckFlag;

    /// <summary>Judges magic, version, layout and flags: what comes before the check in the order of refusals.</summary>
    public static Fault? CheckStart(ReadOnlySpan<byte> bytes, out bool hasLongCheck)
    {
        hasLongCheck = false;
        int present = Math.Min(bytes.Length, Magic.Length);
        if (bytes.IsEmpty || !bytes[..present].SequenceEqual(Magic[..present]))
            return new(TokenFileError.NotATokenFile, bytes.IsEmpty ? "an empty file" : "not a .vtok file (it does not begin with \"vtk\")");
        if (bytes.Length < StartLength)
            return new(TokenFileError.Truncated, $"the file ends inside its first {StartLength} bytes");
        int version = bytes[3] >> 4;
        if (version != Version)
        {
            return new(TokenFileError.UnsupportedVersion, version > Version
                ? $"made by a newer vtok (format version {version}, this one reads {Version})"
                : $"format version {version} does not exist");
        }
        int layout = bytes[3] & 0x0F;
        if (layout > (int)VtokLayout.Grid)
            return new(TokenFileError.Malformed, $"layout {layout}, expected 0 to 3");
        byte flags = bytes[4];
        hasLongCheck = (flags & LongCheckFlag) != 0;
        return CheckFlags((VtokLayout)layout, flags);
    }

    /// <summary>Reads a whole header. On a fault of reason Truncated, <paramref name="needed"/> is the least length that can get further.</summary>
    public static Fault? TryRead(ReadOnlySpan<byte> bytes, out VtokHeader? header, out int needed)
    {
        header = null;
        needed = StartLength;
        if (CheckStart(bytes, out bool hasLongCheck) is { } startFault)
            return startFault;
        var cursor = new ByteCursor(bytes);
        cursor.Skip(StartLength);
        if (TryReadFields(ref cursor, (VtokLayout)(bytes[3] & 0x0F), bytes[4], out header))
        {
            header = header! with { HasLongCheck = hasLongCheck, HeaderLength = cursor.Position };
            return null;
        }
        needed = cursor.Needed;
        return cursor.Fault;
    }

    private static Fault? CheckFlags(VtokLayout layout, byte flags)
    {
        if ((flags & ReservedFlags) != 0)
            return new(TokenFileError.Malformed, $"flags {flags:X2}: bits 5 to 7 must be zero");
        if ((flags & CodedFlag) != 0)
            return new(TokenFileError.CodedPayload, "the payload is entropy coded, which this vtok cannot read (made by a newer vtok)");
        bool isSized = (flags & SizedFlag) != 0;
        if (layout == VtokLayout.Crop && isSized)
            return new(TokenFileError.Malformed, "layout crop with a size, expected none");
        if (layout is VtokLayout.Tile or VtokLayout.Grid && !isSized)
            return new(TokenFileError.Malformed, $"layout {(layout == VtokLayout.Tile ? "tile" : "grid")} without a size");
        if (layout != VtokLayout.Tile && (flags & LaneCountsFlag) != 0)
            return new(TokenFileError.Malformed, "counts per lane where there is one lane");
        return null;
    }

    private static bool TryReadFields(ref ByteCursor cursor, VtokLayout layout, byte flags, out VtokHeader? header)
    {
        header = null;
        int width = 0, height = 0, overlap = 0;
        int[]? laneCounts = null;
        VtokExtensions extensions = VtokExtensions.None;
        bool isSized = (flags & SizedFlag) != 0;
        if (!cursor.TryReadBytes("the key", 4, out ReadOnlySpan<byte> key))
            return false;
        if (isSized && !TryReadSize(ref cursor, out width, out height))
            return false;
        if (layout == VtokLayout.Tile && !cursor.TryReadNumber("overlap", 0, VtokLimits.Side / 2, TokenFileError.Malformed, out overlap))
            return false;
        if (!cursor.TryReadNumber("count", 1, VtokLimits.Tokens, TokenFileError.LimitExceeded, out int count))
            return false;
        if ((flags & LaneCountsFlag) != 0 && !TryReadLaneCounts(ref cursor, count, out laneCounts))
            return false;
        if ((flags & ExtensionFlag) != 0 && !TryReadExtensions(ref cursor, out extensions))
            return false;

        header = new VtokHeader
        {
            Layout = layout,
            Key = BinaryPrimitives.ReadUInt32BigEndian(key),
            Width = isSized ? width : null,
            Height = isSized ? height : null,
            Overlap = overlap,
            Count = count,
            LaneCounts = laneCounts,
            Extensions = extensions,
        };
        return true;
    }

    private static bool TryReadSize(ref ByteCursor cursor, out int width, out int height)
    {
        height = 0;
        if (!cursor.TryReadNumber("width", 1, VtokLimits.Side, TokenFileError.LimitExceeded, out width)
            || !cursor.TryReadNumber("height", 1, VtokLimits.Side, TokenFileError.LimitExceeded, out height))
            return false;
        return (long)width * height <= VtokLimits.Pixels
            || cursor.Fail(TokenFileError.LimitExceeded, $"size {width} x {height}, expected at most {VtokLimits.Pixels} pixels");
    }

    private static bool TryReadLaneCounts(ref ByteCursor cursor, int count, out int[]? laneCounts)
    {
        laneCounts = null;
        if (!cursor.TryReadNumber("lanes", 2, VtokLimits.Lanes, TokenFileError.LimitExceeded, out int lanes))
            return false;
        // A count is at least one byte: the bytes are there before the array is.
        if (!cursor.TryRequire("the counts per lane", lanes))
            return false;
        int[] counts = new int[lanes];
        int least = count, most = 0;
        for (int i = 0; i < lanes; i++)
        {
            if (!cursor.TryReadNumber("count of a lane", 1, count, TokenFileError.Malformed, out counts[i]))
            {
                cursor.ExpectFurther(lanes - i);
                return false;
            }
            least = Math.Min(least, counts[i]);
            most = Math.Max(most, counts[i]);
        }
        if (most != count)
            return cursor.Fail(TokenFileError.NotCanonical, $"count {count}, but the longest lane has {most}");
        if (least == most)
            return cursor.Fail(TokenFileError.NotCanonical, "counts per lane that do not differ");
        laneCounts = counts;
        return true;
    }

    private static bool TryReadExtensions(ref ByteCursor cursor, out VtokExtensions extensions)
    {
        extensions = VtokExtensions.None;
        if (!cursor.TryReadNumber("extension length", 1, VtokLimits.ExtensionBytes, TokenFileError.LimitExceeded, out int length)
            || !cursor.TryReadBytes("the extension block", length, out ReadOnlySpan<byte> block))
            return false;
        return ExtensionFormat.TryRead(block, out extensions) is not { } fault || cursor.Fail(fault.Reason, fault.Message);
    }
}
