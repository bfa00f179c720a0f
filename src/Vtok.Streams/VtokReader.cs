using System.Diagnostics.CodeAnalysis;

namespace Vtok.Streams;

/// <summary>Reads .vtok files. Accepts only what <see cref="VtokWriter"/> would write, byte for byte.</summary>
/// <remarks>
/// Judges magic, version, layout, flags, check, header, model and payload, in this order, and allocates nothing in proportion
/// to a number of the file before that number is bounded by <see cref="VtokLimits"/> and by the bytes that are there.
/// </remarks>
public static class VtokReader
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="TokenFileException">The file is refused; the reason says why.</exception>
    /// <exception cref="ArgumentException"><paramref name="info"/> is not valid.</exception>
    public static VtokFile Read(ReadOnlySpan<byte> bytes, TokenizerInfo info)
        => Parse(bytes, info, out VtokFile? file) is { } fault ? throw fault.ToException() : file!;

    /// <summary>Reads a whole file from a stream, up to its end and at most 64 MiB.</summary>
    /// <exception cref="TokenFileException">The file is refused; the reason says why.</exception>
    /// <exception cref="ArgumentException"><paramref name="info"/> is not valid.</exception>
    public static VtokFile Read(Stream stream, TokenizerInfo info) => Read(ReadAll(stream), info);

    /// <summary>Reads a whole file without throwing for what is wrong with it.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="info">The tokenizer it was written for.</param>
    /// <param name="file">The file, when the result is true.</param>
    /// <param name="error">Why it is refused, when the result is false.</param>
    /// <exception cref="ArgumentException"><paramref name="info"/> is not valid.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, TokenizerInfo info, [NotNullWhen(true)] out VtokFile? file, out TokenFileError error)
    {
        Fault? fault = Parse(bytes, info, out file);
        error = fault?.Reason ?? TokenFileError.None;
        return fault is null;
    }

    /// <summary>Reads the header alone, of a whole file or of its first bytes. The check is not looked at.</summary>
    /// <exception cref="TokenFileException">The header is refused, or there is less than all of it.</exception>
    public static VtokHeader Identify(ReadOnlySpan<byte> bytes)
        => HeaderFormat.TryRead(bytes, out VtokHeader? header, out _) is { } fault ? throw fault.ToException() : header!;

    /// <summary>Reads the header alone from a stream, and not a byte more.</summary>
    /// <exception cref="TokenFileException">The header is refused, or the stream ends inside it.</exception>
    public static VtokHeader Identify(Stream stream)
    {
        var bytes = new List<byte>();
        byte[] chunk = new byte[4_096];
        for (int needed = HeaderFormat.StartLength; ;)
        {
            // In small steps: what the header claims to need is not allocated before it is there.
            while (bytes.Count < needed)
            {
                int read = stream.Read(chunk, 0, Math.Min(chunk.Length, needed - bytes.Count));
                if (read == 0)
                    return Identify(bytes.ToArray());
                bytes.AddRange(chunk.AsSpan(0, read));
            }
            Fault? fault = HeaderFormat.TryRead(bytes.ToArray(), out VtokHeader? header, out needed);
            if (fault is null)
                return header!;
            if (fault.Reason != TokenFileError.Truncated)
                throw fault.ToException();
        }
    }

    /// <summary>Checks all of a whole file that can be checked without its model: header and check.</summary>
    /// <exception cref="TokenFileException">The file is refused; the reason says why.</exception>
    public static VtokHeader IdentifyChecked(ReadOnlySpan<byte> bytes)
        => ParseHeader(bytes, out VtokHeader? header) is { } fault ? throw fault.ToException() : header!;

    /// <summary>All bytes up to the stream's end, refused when they are more than 64 MiB.</summary>
    /// <exception cref="TokenFileException">There are more (<see cref="TokenFileError.LimitExceeded"/>).</exception>
    public static byte[] ReadAll(Stream stream)
    {
        using var buffer = new MemoryStream();
        byte[] chunk = new byte[81_920];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            if (buffer.Length + read > VtokLimits.FileBytes)
                throw TooLong.ToException();
            buffer.Write(chunk, 0, read);
        }
        return buffer.ToArray();
    }

    internal static Fault TooLong { get; } = new(TokenFileError.LimitExceeded, $"more than {VtokLimits.FileBytes} bytes, expected at most that");

    internal static Fault Damaged { get; } = new(TokenFileError.Damaged, "the check does not match: the file is damaged or was cut short");

    private static Fault? Parse(ReadOnlySpan<byte> bytes, TokenizerInfo info, out VtokFile? file)
    {
        file = null;
        if (ParseHeader(bytes, out VtokHeader? header) is { } headerFault)
            return headerFault;
        if (ModelRules.Check(header!, info, out LaneSchedule? schedule, out int payloadLength) is { } modelFault)
            return modelFault;
        if (ModelRules.CheckKindOfCheck(header!, payloadLength) is { } formFault)
            return formFault;
        ReadOnlySpan<byte> payload = bytes[header!.HeaderLength..^header.CheckLength];
        if (payload.Length < payloadLength)
            return new(TokenFileError.Truncated, $"a payload of {payload.Length} bytes, expected {payloadLength}");
        if (payload.Length > payloadLength)
            return new(TokenFileError.TrailingBytes, $"a payload of {payload.Length} bytes, expected {payloadLength}");
        if (PayloadFormat.TryRead(payload, schedule!, info.Vocabulary, out ReadOnlyMemory<int>[] lanes) is { } payloadFault)
            return payloadFault;
        file = ToFile(header, lanes);
        return null;
    }

    internal static VtokFile ToFile(VtokHeader header, IReadOnlyList<ReadOnlyMemory<int>> lanes) => new()
    {
        Layout = header.Layout,
        Key = header.Key,
        Width = header.Width,
        Height = header.Height,
        Overlap = header.Overlap,
        Lanes = lanes,
        Extensions = header.Extensions,
    };

    private static Fault? ParseHeader(ReadOnlySpan<byte> bytes, out VtokHeader? header)
    {
        header = null;
        if (bytes.Length > VtokLimits.FileBytes)
            return TooLong;
        if (HeaderFormat.CheckStart(bytes, out bool hasLongCheck) is { } startFault)
            return startFault;
        var check = new FileCheck(hasLongCheck);
        if (bytes.Length < HeaderFormat.StartLength + check.Length)
            return new(TokenFileError.Truncated, $"the file ends after {bytes.Length} bytes");
        ReadOnlySpan<byte> body = bytes[..^check.Length];
        check.Add(body);
        if (!check.Matches(bytes[body.Length..]))
            return Damaged;
        return HeaderFormat.TryRead(body, out header, out _);
    }
}
