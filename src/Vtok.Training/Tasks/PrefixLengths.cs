using Vtok.Training.Runs;

namespace Vtok.Training.Tasks;

/// <summary>How many tokens of a picture a training step shows: half the time a usual number, else 2^u with u uniform.</summary>
internal static class PrefixLengths
{
    private static readonly int[] Usual = [32, 64, 128, 192, 256];
    private static readonly (int Least, int Most)[] Classes = [(1, 32), (33, 64), (65, 256), (65, 256)];

    /// <summary>Lengths from 1 to 256.</summary>
    public static long[] Any(ref RandomDraw draw, int count) => Within(ref draw, 1, 256, count);

    /// <summary>Lengths of one class for a whole batch, so that a pattern that only some lengths show is seen by a statistic over the batch.</summary>
    public static long[] OneClass(ref RandomDraw draw, int count)
    {
        (int least, int most) = Classes[draw.Next(Classes.Length)];
        return Within(ref draw, least, most, count);
    }

    private static long[] Within(ref RandomDraw draw, int least, int most, int count)
    {
        int[] usual = [.. Usual.Where(length => length >= least && length <= most)];
        double low = Math.Log2(least), high = Math.Log2(most);
        long[] lengths = new long[count];
        for (int i = 0; i < count; i++)
            lengths[i] = draw.Next(2) == 0
                ? usual[draw.Next(usual.Length)]
                : Math.Clamp((long)Math.Round(Math.Pow(2, low + (high - low) * draw.NextDouble())), least, most);
        return lengths;
    }
}
