using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Element by element into a tensor that nobody else holds, where no graph is built: the same numbers with fewer maps and copies.</summary>
internal static class InPlace
{
    /// <summary>SiLU.</summary>
    public static Tensor Silu(Tensor fresh) => functional.silu(fresh, inplace: !is_grad_enabled());

    /// <summary>The sum; <paramref name="other"/> is broadcast.</summary>
    public static Tensor Add(Tensor fresh, Tensor other) => Works(fresh, other) ? fresh.add_(other) : fresh + other;

    /// <summary>The product; <paramref name="other"/> is broadcast.</summary>
    public static Tensor Multiply(Tensor fresh, Tensor other) => Works(fresh, other) ? fresh.mul_(other) : fresh * other;

    /// <summary>Whether it is done in place: within autocast types may differ, and the result would have to take the wider one.</summary>
    public static bool Works(Tensor fresh, Tensor other) => !is_grad_enabled() && fresh.dtype == other.dtype;
}
