namespace Vtok.Models.Layers;

/// <summary>Starting values drawn from an explicit generator, in place. Fans are those of a linear or convolution weight [out, in, ...].</summary>
public static class Initialization
{
    private const double NegligibleTail = 7; // deviations; beyond it a float32 draw practically never lies

    /// <summary>Normal draws.</summary>
    public static void Normal(Tensor weight, double deviation, Generator generator) =>
        InPlace(weight, w => w.normal_(0, deviation, generator));

    /// <summary>Draws of a normal that is cut at -<paramref name="cut"/> and <paramref name="cut"/> (absolute bounds, not multiples of the deviation).</summary>
    public static void TruncatedNormal(Tensor weight, double deviation, Generator generator, double cut = 2) => InPlace(weight, w =>
    {
        double steps = cut / deviation;
        if (steps > NegligibleTail)
        {
            w.normal_(0, deviation, generator).clamp_(-cut, cut);
            return;
        }
        double inside = tensor(steps / Math.Sqrt(2)).erf().item<double>(); // share of the normal between the cuts
        w.uniform_(-inside, inside, generator).erfinv_().mul_(deviation * Math.Sqrt(2)).clamp_(-cut, cut);
    });

    /// <summary>Uniform draws in -bound..bound.</summary>
    public static void Uniform(Tensor weight, double bound, Generator generator) =>
        InPlace(weight, w => w.uniform_(-bound, bound, generator));

    /// <summary>Xavier's uniform draws: bound sqrt(6 / (fan in + fan out)).</summary>
    public static void XavierUniform(Tensor weight, Generator generator)
    {
        (long fanIn, long fanOut) = Fans(weight);
        Uniform(weight, Math.Sqrt(6.0 / (fanIn + fanOut)), generator);
    }

    /// <summary>The framework's default for linear and convolution layers: uniform within 1/sqrt(fan in), weight and bias alike.</summary>
    public static void KaimingUniform(Tensor weight, Tensor? bias, Generator generator)
    {
        double bound = 1 / Math.Sqrt(Fans(weight).In);
        Uniform(weight, bound, generator);
        if (bias is not null)
            Uniform(bias, bound, generator);
    }

    /// <summary>Sets every value to zero.</summary>
    public static void Zero(Tensor weight) =>
        InPlace(weight, w => w.zero_());

    private static void InPlace(Tensor weight, Action<Tensor> draw)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        draw(weight.detach());
    }

    private static (long In, long Out) Fans(Tensor weight)
    {
        if (weight.ndim < 2)
            throw new ArgumentException($"fans need at least two dimensions, found [{string.Join(", ", weight.shape)}]", nameof(weight));
        long field = weight.numel() / (weight.size(0) * weight.size(1));
        return (weight.size(1) * field, weight.size(0) * field);
    }
}
