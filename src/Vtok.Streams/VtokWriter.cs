using System.Buffers;

namespace Vtok.Streams;

/// <summary>Writes .vtok files, version 1, in the one canonical form.</summary>
public static class VtokWriter
{
    /// <summary>The bytes of a file.</summary>
    /// <exception cref="ArgumentException">
    /// The file does not fit <paramref name="info"/>, an id is out of range, or <paramref name="info"/> is not valid.
    /// </exception>
    /// <exception cref="TokenFileException">It would be over <see cref="VtokLimits"/>.</exception>
    public static byte[] Write(VtokFile file, TokenizerInfo info)
    {
        (byte[] header, LaneSchedule schedule, int payloadLength) = Prepare(file, info);
        var check = new FileCheck(payloadLength > VtokLimits.ShortCheckPayloadBytes);
        byte[] bytes = new byte[header.Length + payloadLength + check.Length];
        header.CopyTo(bytes, 0);
        PayloadFormat.Write(file.Lanes, schedule, info.Vocabulary, bytes.AsSpan(header.Length, payloadLength));
        check.Add(bytes.AsSpan(0, header.Length + payloadLength));
        check.Write(bytes.AsSpan(header.Length + payloadLength));
        return bytes;
    }

    /// <summary>Writes a file to a stream. Nothing is written when the file is refused.</summary>
    /// <exception cref="ArgumentException">As for the other form.</exception>
    /// <exception cref="TokenFileException">It would be over <see cref="VtokLimits"/>.</exception>
    public static void Write(VtokFile file, TokenizerInfo info, Stream stream) => stream.Write(Write(file, info));

    /// <summary>Writes a file to a buffer. Nothing is written when the file is refused.</summary>
    /// <exception cref="ArgumentException">As for the other form.</exception>
    /// <exception cref="TokenFileException">It would be over <see cref="VtokLimits"/>.</exception>
    public static void Write(VtokFile file, TokenizerInfo info, IBufferWriter<byte> buffer) => buffer.Write(Write(file, info));

    // A header is refused by the reader's own rules: it is written, read back and judged, so the two cannot drift apart.
    private static (byte[] Header, LaneSchedule Schedule, int PayloadLength) Prepare(VtokFile file, TokenizerInfo info)
    {
        if (file.Width is null != file.Height is null)
            throw new ArgumentException($"size [{file.Width},{file.Height}], expected both or none", nameof(file));
        if (file.Overlap != 0 && file.Layout != VtokLayout.Tile)
            throw new ArgumentException($"overlap {file.Overlap}, expected 0 for layout {file.Layout}", nameof(file));
        if (file.Count > VtokLimits.Tokens)
            throw new TokenFileException(TokenFileError.LimitExceeded, $"{file.Count} tokens in a lane, expected at most {VtokLimits.Tokens}");
        byte[] bytes = HeaderFormat.Write(Describe(file));
        if (HeaderFormat.TryRead(bytes, out VtokHeader? header, out _) is { } headerFault)
            throw Refusal(headerFault);
        if (ModelRules.Check(header!, info, out LaneSchedule? schedule, out int payloadLength) is { } modelFault)
            throw Refusal(modelFault);
        if (file.Lanes.Count != schedule!.Lanes)
            throw new ArgumentException($"{file.Lanes.Count} lanes, expected {schedule.Lanes}", nameof(file));
        for (int lane = 0; lane < file.Lanes.Count; lane++)
        {
            int bad = BitPacker.IndexOfOutOfRange(file.Lanes[lane].Span, info.Vocabulary);
            if (bad >= 0)
                throw Refusal(PayloadFormat.OutOfRange(lane, bad, file.Lanes[lane].Span[bad], info.Vocabulary));
        }
        if (payloadLength > VtokLimits.ShortCheckPayloadBytes)
            HeaderFormat.SetLongCheck(bytes);
        return (bytes, schedule, payloadLength);
    }

    private static VtokHeader Describe(VtokFile file)
    {
        int[] counts = [.. file.Lanes.Select(lane => lane.Length)];
        return new VtokHeader
        {
            Layout = file.Layout,
            Key = file.Key,
            Width = file.Width,
            Height = file.Height,
            Overlap = file.Overlap,
            Count = file.Count,
            LaneCounts = counts.AsSpan().ContainsAnyExcept(file.Count) ? counts : null,
            Extensions = file.Extensions,
        };
    }

    private static Exception Refusal(Fault fault)
        => fault.Reason == TokenFileError.LimitExceeded ? fault.ToException() : new ArgumentException(fault.Message);
}
