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
        IReadOnlyList<int> lengths = TokenLengths.UpTo(info, file.Count);
        int fits = 0; // lengths[0] is written even when it is too long
        for (int low = 0, high = lengths.Count - 1; low <= high;) // a longer prefix is never a smaller file
        {
            int middle = (low + high) / 2;
            if (VtokWriter.Write(Prefix(file, info, lengths[middle]), info).Length <= bytes)
                (fits, low) = (middle, middle + 1);
            else
                high = middle - 1;
        }
        return Prefix(file, info, lengths[fits]);
    }

    private static VtokFile Prefix(VtokFile file, TokenizerInfo info, int count) => VtokTrimmer.Trim(file, info, count);
}
