namespace Vtok.Models.FlexTok;

/// <summary>The modulation vectors of every layer for some times.</summary>
/// <param name="Blocks">Those of each block, [T, streams 6D].</param>
/// <param name="Head">Those of the head, [T, 2D].</param>
internal sealed record TimeTable(IReadOnlyList<Tensor> Blocks, Tensor Head) : IDisposable
{
    /// <summary>The vectors of one of the times, [1, ...] each.</summary>
    public TimeTable At(int index) => new([.. Blocks.Select(vectors => vectors.narrow(0, index, 1))], Head.narrow(0, index, 1));

    public void Dispose()
    {
        foreach (Tensor vectors in Blocks)
            vectors.Dispose();
        Head.Dispose();
    }
}
