using Vtok.Training.Measures;
using Vtok.Training.Runs;

namespace Vtok.Training.Optimization;

/// <summary>Gives codes of a gradient-trained codebook that nothing chose over a window a new place: that of a random encoder output.</summary>
/// <param name="usage">Counts of the window; reset by every revival.</param>
/// <param name="seed">Seed of the draws.</param>
/// <param name="every">Steps of a window.</param>
public sealed class DeadCodeRevival(CodebookUsage usage, int seed, int every)
{
    /// <summary>At the end of a window moves every unused code; in between does nothing.</summary>
    /// <param name="step">Step just done.</param>
    /// <param name="codebook">[K, D], changed in place; the optimizer's moments of the moved rows die out by themselves.</param>
    /// <param name="outputs">[M, D] encoder outputs of this step.</param>
    /// <returns>Codes moved.</returns>
    public int AfterStep(long step, Tensor codebook, Tensor outputs)
    {
        if ((step + 1) % every != 0)
            return 0;
        long[] dead = [.. Enumerable.Range(0, usage.Counts.Length).Where(code => usage.Counts[code] == 0).Select(code => (long)code)];
        usage.Reset();
        if (dead.Length == 0)
            return 0;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        var draw = new RandomDraw(seed, step, "revival");
        int sources = (int)outputs.size(0);
        long[] chosen = [.. dead.Select(_ => (long)draw.Next(sources))];
        codebook.index_copy_(0, tensor(dead, device: codebook.device), outputs.detach().index_select(0, tensor(chosen, device: outputs.device)));
        return dead.Length;
    }
}
