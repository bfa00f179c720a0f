namespace Vtok.Training.Lengths;

/// <summary>Runs a decoder that takes one length a batch on pictures of several lengths.</summary>
internal static class LengthGroups
{
    /// <summary>Decodes the pictures of each length together and puts the results back in order.</summary>
    /// <param name="rows">[B, ...]: what is decoded, a row a picture.</param>
    /// <param name="lengths">The length of each picture.</param>
    /// <param name="decode">Some of the rows [b, ...] and their length to [b, ...].</param>
    /// <returns>[B, ...].</returns>
    public static Tensor Decode(Tensor rows, IReadOnlyList<int> lengths, Func<Tensor, int, Tensor> decode)
    {
        if (rows.size(0) != lengths.Count)
            throw new ArgumentException($"{lengths.Count} lengths for {rows.size(0)} pictures", nameof(lengths));
        using DisposeScope scope = NewDisposeScope();
        long[][] groups = [.. lengths.Select((length, row) => (length, row: (long)row)).GroupBy(entry => entry.length, entry => entry.row).Select(group => group.ToArray())];
        if (groups.Length == 1)
            return decode(rows, lengths[0]).MoveToOuterDisposeScope();
        Tensor[] decoded = [.. groups.Select(group => decode(rows.index_select(0, tensor(group, device: rows.device)), lengths[(int)group[0]]))];
        long[] order = new long[lengths.Count]; // where each picture lies in the joined groups
        long place = 0;
        foreach (long row in groups.SelectMany(group => group))
            order[row] = place++;
        return cat(decoded, 0).index_select(0, tensor(order, device: rows.device)).MoveToOuterDisposeScope();
    }
}
