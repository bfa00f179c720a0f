using Vtok.Models.Quantizers;
using Vtok.Training.Measures;
using Vtok.Training.Runs;

namespace Vtok.Training.Optimization;

/// <summary>Gives codes that nothing chose over a window a new place: that of a random vector which the book was to quantize. Their averages start anew.</summary>
/// <remarks>With a codebook that learns by gradient the optimizer's moments of the moved rows die out by themselves.</remarks>
internal static class DeadCodeRevival
{
    /// <summary>Moves every unused code of one book.</summary>
    /// <param name="codes">The codebooks.</param>
    /// <param name="book">Which of them.</param>
    /// <param name="usage">Its counts over the window.</param>
    /// <param name="vectors">[R, D], what the book was to quantize in this step; each is used once, so at most R codes move.</param>
    /// <param name="draw">Source of the draws.</param>
    /// <returns>Codes moved.</returns>
    public static int Move(ILearnedCodes codes, int book, UsageWindow usage, Tensor vectors, ref RandomDraw draw)
    {
        long[] dead = [.. usage.Dead().Take((int)vectors.size(0))];
        if (dead.Length == 0)
            return 0;
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = draw.NextGenerator();
        Tensor chosen = randperm(vectors.size(0), generator: generator).narrow(0, 0, dead.Length).to(vectors.device);
        codes.Replace(book, tensor(dead, device: vectors.device), vectors.detach().index_select(0, chosen));
        return dead.Length;
    }
}
