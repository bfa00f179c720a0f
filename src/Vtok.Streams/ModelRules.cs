using System.Numerics;

namespace Vtok.Streams;

/// <summary>Whether a header fits a tokenizer: the same rules for reading and writing.</summary>
internal static class ModelRules
{
    public static Fault? Check(VtokHeader header, TokenizerInfo info, out LaneSchedule? schedule, out int payloadLength)
    {
        (schedule, payloadLength) = (null, 0);
        uint key = info.ComputeFileKey();
        if (header.Key != key)
            return new(TokenFileError.WrongModel, $"written for the model with key {header.Key:x8}, not for {info.Name} ({key:x8})");
        if (CheckLayout(header, info, out int lanes) is { } fault)
            return fault;
        if (CheckCounts(header, info, lanes) is { } countFault)
            return countFault;

        schedule = new LaneSchedule(lanes, header.LaneCounts, header.Count);
        if (schedule.TotalTokens > VtokLimits.Tokens)
            return new(TokenFileError.LimitExceeded, $"{schedule.TotalTokens} tokens, expected at most {VtokLimits.Tokens}");
        long bytes = (schedule.TotalBits(info.Vocabulary) + 7) / 8;
        long total = header.HeaderLength + bytes + CheckLength(bytes);
        if (total > VtokLimits.FileBytes)
            return new(TokenFileError.LimitExceeded, $"a file of {total} bytes, expected at most {VtokLimits.FileBytes}");
        payloadLength = (int)bytes;
        return CheckKeptPositions(header, info, schedule);
    }

    /// <summary>Whether the file has the check that its payload asks for.</summary>
    public static Fault? CheckKindOfCheck(VtokHeader header, int payloadLength)
        => header.CheckLength == CheckLength(payloadLength) ? null
            : new(TokenFileError.NotCanonical,
                $"a check of {header.CheckLength} bytes after a payload of {payloadLength}, expected {CheckLength(payloadLength)}");

    private static int CheckLength(long payloadLength) => payloadLength > VtokLimits.ShortCheckPayloadBytes ? 4 : 2;

    private static Fault? CheckLayout(VtokHeader header, TokenizerInfo info, out int lanes)
    {
        lanes = 1;
        if ((header.Layout == VtokLayout.Grid) != info.IsGrid)
            return Malformed($"layout {header.Layout}, but {info.Name} {(info.IsGrid ? "has no native size" : "is no grid model")}");
        if (header.Layout == VtokLayout.Fit && header.Width == info.NativeWidth && header.Height == info.NativeHeight)
            return new(TokenFileError.NotCanonical, $"the native size {header.Width} x {header.Height} is stored, expected none");
        if (header.Layout != VtokLayout.Tile)
            return null;

        (int width, int height) = (info.NativeWidth!.Value, info.NativeHeight!.Value);
        if (header.Overlap > Math.Min(width, height) / 2)
            return Malformed($"overlap {header.Overlap}, expected at most {Math.Min(width, height) / 2}");
        long tiles = new TileLayout(header.Width!.Value, header.Height!.Value, width, height, header.Overlap).Count;
        if (tiles > VtokLimits.Lanes)
            return new(TokenFileError.LimitExceeded, $"{tiles} tiles, expected at most {VtokLimits.Lanes}");
        lanes = (int)tiles;
        return header.LaneCounts is { } counts && counts.Count != lanes ? Malformed($"{counts.Count} lanes, but {lanes} tiles") : null;
    }

    private static Fault? CheckCounts(VtokHeader header, TokenizerInfo info, int lanes)
    {
        if (info.IsGrid)
        {
            (int width, int height, int factor) = (header.Width!.Value, header.Height!.Value, info.Factor!.Value);
            long patches = (long)((width + factor - 1) / factor) * ((height + factor - 1) / factor);
            return header.Count == patches ? null : Malformed($"{header.Count} tokens, expected {patches} for {width} x {height}");
        }
        for (int lane = 0; lane < (header.LaneCounts is null ? 1 : lanes); lane++)
        {
            int count = header.LaneCounts?[lane] ?? header.Count;
            if (!info.AllowsLength(count))
                return Malformed($"{count} tokens, which {info.Name} does not allow");
        }
        return null;
    }

    private static Fault? CheckKeptPositions(VtokHeader header, TokenizerInfo info, LaneSchedule schedule)
    {
        if (info.Order != TokenOrder.Set)
            return header.Extensions.KeptPositions.IsEmpty ? null : Malformed($"kept positions, but {info.Name} is not of order Set");
        ReadOnlyMemory<byte> kept = header.Extensions.KeptPositions;
        if (kept.IsEmpty)
            return Malformed($"no kept positions, but {info.Name} is of order Set");
        int grid = info.Vocabulary.Positions!.Value;
        int stride = KeptPositions.BytesPerLane(grid);
        if (kept.Length != (long)schedule.Lanes * stride)
            return Malformed($"kept positions of {kept.Length} bytes, expected {(long)schedule.Lanes * stride}");
        for (int lane = 0; lane < schedule.Lanes; lane++)
        {
            ReadOnlySpan<byte> bits = kept.Span.Slice(lane * stride, stride);
            int set = 0;
            foreach (byte b in bits)
                set += BitOperations.PopCount(b);
            if (set != schedule.CountOf(lane))
                return Malformed($"lane {lane} keeps {set} positions, but has {schedule.CountOf(lane)} tokens");
            int padding = stride * 8 - grid;
            if ((bits[^1] & ((1 << padding) - 1)) != 0)
                return new(TokenFileError.NotCanonical, $"lane {lane}: the bits after the last grid position must be zero");
        }
        return null;
    }

    private static Fault Malformed(string message) => new(TokenFileError.Malformed, message);
}
