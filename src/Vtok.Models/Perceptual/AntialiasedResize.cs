using Vtok.Torch;

namespace Vtok.Models.Perceptual;

/// <summary>Bilinear resampling with the filter widened where the picture shrinks, half-pixel centres; differentiable.</summary>
internal static class AntialiasedResize
{
    /// <summary>[B, C, H, W] to [B, C, height, width].</summary>
    public static Tensor Apply(Tensor pictures, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor narrow = nn.functional.linear(pictures, Weights((int)pictures.size(3), width, pictures.device));  // [B, C, H, width]
        return SafeOps.MatMul(Weights((int)pictures.size(2), height, pictures.device), narrow).MoveToOuterDisposeScope();
    }

    // One row an output sample: a triangle around its centre, cut at the border and normalised.
    private static Tensor Weights(int inputs, int outputs, Device device)
    {
        double scale = (double)inputs / outputs, support = Math.Max(scale, 1);
        var weights = new float[outputs, inputs];
        for (int o = 0; o < outputs; o++)
        {
            double centre = scale * (o + 0.5);
            int first = Math.Max((int)(centre - support + 0.5), 0), end = Math.Min((int)(centre + support + 0.5), inputs);
            double[] taps = [.. Enumerable.Range(first, end - first).Select(i => Math.Max(0, 1 - Math.Abs(i - centre + 0.5) / support))];
            double sum = taps.Sum();
            for (int i = 0; i < taps.Length; i++)
                weights[o, first + i] = (float)(taps[i] / sum);
        }
        return tensor(weights, device: device);
    }
}
