namespace Vtok.Streams;

/// <summary>Makes shorter files of longer ones, without the networks.</summary>
public static class VtokTrimmer
{
    /// <summary>Cuts every lane to at most <paramref name="count"/> tokens: byte for byte what writing that many tokens gives.</summary>
    /// <exception cref="TokenFileException">
    /// The file is refused, or the tokenizer does not allow the length (<see cref="TokenFileError.LengthNotAllowed"/>).
    /// </exception>
    public static byte[] Trim(ReadOnlySpan<byte> bytes, TokenizerInfo info, int count)
        => VtokWriter.Write(Trim(VtokReader.Read(bytes, info), info, count), info);

    /// <summary>Cuts every lane to at most <paramref name="count"/> tokens, without copying ids.</summary>
    /// <exception cref="TokenFileException">The tokenizer does not allow the length (<see cref="TokenFileError.LengthNotAllowed"/>).</exception>
    public static VtokFile Trim(VtokFile file, TokenizerInfo info, int count)
    {
        bool isShorter = file.Count > count;
        if (!info.AllowsLength(count) || (isShorter && info.IsGrid))
            throw NotAllowed($"{info.Name} does not allow {count} tokens; allowed: {Allowed(info)}");
        if (!isShorter)
            return file;
        if (info.Order == TokenOrder.Set)
        {
            throw NotAllowed(
                $"{info.Name} chooses its tokens by the picture, so {file.Count} cannot be cut to {count}; encode again with --tokens {count}");
        }
        return file with { Lanes = [.. file.Lanes.Select(lane => lane[..Math.Min(lane.Length, count)])] };
    }

    private static string Allowed(TokenizerInfo info) => info switch
    {
        { IsGrid: true } => "as many as the picture's size asks for",
        { Order: TokenOrder.Nested or TokenOrder.Set } => $"{info.Lengths[0]} to {info.Lengths[1]}",
        _ => string.Join(", ", info.Lengths),
    };

    private static TokenFileException NotAllowed(string message) => new(TokenFileError.LengthNotAllowed, message);
}
