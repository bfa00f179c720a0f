using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Which curve a feed-forward layer bends its hidden values by.</summary>
public enum Activation
{
    /// <summary>The exact GELU, x times the normal distribution at x.</summary>
    Gelu,

    /// <summary>GELU by its tanh approximation; on a processor three times slower than the exact one.</summary>
    GeluTanh,

    /// <summary>x sigmoid(1.702 x), the curve of the first CLIP models.</summary>
    QuickGelu,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,
}

/// <summary>Applies an <see cref="Activation"/>.</summary>
internal static class Activations
{
    private const double QuickGeluSlope = 1.702; // CLIP's published code

    public static Tensor Apply(this Activation activation, Tensor input) => activation switch
    {
        Activation.Gelu => functional.gelu(input),
        Activation.GeluTanh => functional.gelu(input, TorchSharp.Modules.GELU.Approximate.tanh),
        Activation.QuickGelu => QuickGelu(input),
        Activation.Tanh => input.tanh(),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "unknown activation"),
    };

    private static Tensor QuickGelu(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return (input * (input * QuickGeluSlope).sigmoid()).MoveToOuterDisposeScope();
    }
}
