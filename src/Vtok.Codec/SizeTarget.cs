using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>Shortens a file to a number of bytes.</summary>
public static class SizeTarget
{
    /// <summary>The longest prefix whose file has at most <paramref name="bytes"/> bytes; the shortest that the model allows when none is small enough.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="info">Its model.</param>
    /// <param name="bytes">Largest size.</param>
    public static VtokFile Fit(VtokFile file, TokenizerInfo info, int bytes)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Longest(TokenLengths.UpTo(info, file.Count), count => VtokTrimmer.Trim(file, info, count), info, bytes);
    }

    /// <summary>How many tokens fit where the model chooses them (order Set): a file of that size, whose tokens are not those that the model would keep.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="info">Its model.</param>
    /// <param name="bytes">Largest size.</param>
    internal static VtokFile FitSet(VtokFile file, TokenizerInfo info, int bytes)
    {
        int grid = info.Vocabulary.Positions!.Value, least = Math.Min(info.Lengths[0], file.Count);
        return Longest([.. Enumerable.Range(least, file.Count - least + 1)], count => file with
        {
            Lanes = [.. file.Lanes.Select(lane => lane[..Math.Min(count, lane.Length)])],
            Extensions = file.Extensions with
            {
                KeptPositions = KeptPositions.Pack([.. file.Lanes.Select((lane, i) =>
                    (ReadOnlyMemory<int>)KeptPositions.Unpack(file.Extensions.KeptPositions.Span, i, grid).AsMemory(0, Math.Min(count, lane.Length)))], grid),
            },
        }, info, bytes);
    }

    private static VtokFile Longest(IReadOnlyList<int> lengths, Func<int, VtokFile> shortened, TokenizerInfo info, int bytes)
    {
        int fits = 0; // lengths[0] is written even when it is too long
        for (int low = 0, high = lengths.Count - 1; low <= high;) // more tokens are never a smaller file
        {
            int middle = (low + high) / 2;
            if (VtokWriter.Write(shortened(lengths[middle]), info).Length <= bytes)
                (fits, low) = (middle, middle + 1);
            else
                high = middle - 1;
        }
        return shortened(lengths[fits]);
    }
}
