namespace Vtok.Data;

/// <summary>Samples that lie together and are read together, so that reading one of them alone costs as much as reading all.</summary>
/// <param name="Starts">First index of each block, rising, the first being 0.</param>
/// <param name="AtOnce">Blocks that stay in memory while an epoch is read, at least 1.</param>
public sealed record SampleBlocks(IReadOnlyList<int> Starts, int AtOnce);
