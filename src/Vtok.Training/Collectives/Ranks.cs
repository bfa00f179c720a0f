namespace Vtok.Training.Collectives;

/// <summary>Ranks in messages.</summary>
internal static class Ranks
{
    /// <summary>"rank 3", or "ranks 1, 2, 5".</summary>
    public static string Name(IEnumerable<int> ranks)
    {
        int[] all = [.. ranks.Order()];
        return (all.Length == 1 ? "rank " : "ranks ") + string.Join(", ", all);
    }
}
