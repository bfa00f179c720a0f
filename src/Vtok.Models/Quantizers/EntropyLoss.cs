using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>Sure assignments, evenly used codes: the mean entropy of each row's soft assignment less the entropy of their mean (MaskGIT's tokenizer; LlamaGen's published code).</summary>
/// <remarks>The assignment is softmax(-d / 0.01) of the squared distances d. Rows go in tiles and each tile runs again in the backward pass, so [R, K] never exists.</remarks>
internal static class EntropyLoss
{
    private const double Temperature = 0.01;
    private const double Epsilon = 1e-5; // inside the logarithm of the mean, as published; the published shift of all logits by it cancels
    private const int Tile = 1 << 22;    // distances held at once: 16 MB in each of a few tensors

    /// <summary>The loss, a scalar, with gradients for both sides.</summary>
    /// <param name="rows">[R, D], normalised where the codes are.</param>
    /// <param name="codes">[K, D]. What is differentiated later are these values, even if the codebook moves before the backward pass.</param>
    /// <param name="whole">How the mean assignment of these rows becomes that of the whole batch.</param>
    /// <param name="tile">Distances held at once.</param>
    public static Tensor Compute(Tensor rows, Tensor codes, BatchMean whole, int tile = Tile)
    {
        using DisposeScope scope = NewDisposeScope();
        long size = codes.size(0), count = rows.size(0), step = Math.Max(1, tile / size);
        Tensor both = cat([rows, codes]); // [R + K, D], which all tiles keep and differentiate: gradients reach both sides through it
        Tensor sums = zeros(size + 1, device: rows.device);
        for (long start = 0; start < count; start += step)
        {
            long from = start, length = Math.Min(step, count - start);
            sums = sums + GradientCheckpoint.Run(kept => Sums(kept.narrow(0, from, length), kept.narrow(0, count, size)), both);
        }
        Tensor mean = whole.Of(sums.narrow(0, 0, size) / count); // [K]
        Tensor ofMean = -(mean * (mean + Epsilon).log()).sum();
        return (-sums[size] / count - ofMean).MoveToOuterDisposeScope();
    }

    // Over the rows: the sum of p for each code, then the sum of p log p over all codes: [K + 1].
    private static Tensor Sums(Tensor rows, Tensor codes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor distances = rows.square().sum(1, keepdim: true) + codes.square().sum(1) - 2 * rows.mm(codes.t()); // [r, K]
        Tensor scores = distances / -Temperature;
        Tensor probability = functional.softmax(scores, dim: 1), logarithm = functional.log_softmax(scores, dim: 1);
        return cat([probability.sum([0]), (probability * logarithm).sum().view(1)]).MoveToOuterDisposeScope();
    }
}
