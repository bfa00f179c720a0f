namespace Vtok.Models.Quantizers;

/// <summary>How often each code was chosen.</summary>
public static class CodeTally
{
    /// <summary>Occurrences of the codes 0..K-1, counted where the ids are.</summary>
    /// <remarks>As bincount, which on a GPU waits for the largest id; here nothing waits.</remarks>
    /// <param name="ids">[R], int64, in 0..K-1.</param>
    /// <param name="codes">K.</param>
    /// <returns>[K], int64.</returns>
    public static Tensor Of(Tensor ids, long codes)
    {
        using DisposeScope scope = NewDisposeScope();
        return zeros(codes, ScalarType.Int64, ids.device).scatter_add_(0, ids, ones_like(ids)).MoveToOuterDisposeScope();
    }
}
