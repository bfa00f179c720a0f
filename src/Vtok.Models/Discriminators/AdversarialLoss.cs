using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>What discriminator and generator want of the logits, as LlamaGen's published code computes it. Each result is a scalar.</summary>
public static class AdversarialLoss
{
    private static readonly double SwappedConstant = Math.Log(1 + Math.Exp(-1)); // softplus(1) - 1

    /// <summary>0.5 (mean relu(1 - real) + mean relu(1 + fake)).</summary>
    public static Tensor DiscriminatorHinge(Tensor real, Tensor fake) => Half(() => functional.relu(1 - real), () => functional.relu(1 + fake));

    /// <summary>0.5 (mean softplus(-real) + mean softplus(fake)).</summary>
    public static Tensor DiscriminatorVanilla(Tensor real, Tensor fake) => Half(() => functional.softplus(-real), () => functional.softplus(fake));

    /// <summary>The published "non-saturating" loss.</summary>
    /// <remarks>Quirk: logits and target of the binary cross entropy are exchanged there, so the real term is linear and the fake term the constant log 2.
    /// Mended, it would be <see cref="DiscriminatorVanilla"/>, which trains otherwise.</remarks>
    public static Tensor DiscriminatorNonSaturating(Tensor real, Tensor fake) => Half(() => Swapped(real), () => zeros_like(fake) + Math.Log(2));

    /// <summary>-mean fake.</summary>
    public static Tensor GeneratorHinge(Tensor fake)
    {
        using DisposeScope scope = NewDisposeScope();
        return (-fake.mean()).MoveToOuterDisposeScope();
    }

    /// <summary>mean softplus(-fake): the non-saturating loss of arXiv 1406.2661, section 3, which goes with <see cref="DiscriminatorVanilla"/>.</summary>
    public static Tensor GeneratorVanilla(Tensor fake)
    {
        using DisposeScope scope = NewDisposeScope();
        return functional.softplus(-fake).mean().MoveToOuterDisposeScope();
    }

    /// <summary>The published "non-saturating" loss: mean(1 - fake) and a constant.</summary>
    /// <remarks>Quirk: as in <see cref="DiscriminatorNonSaturating"/>; but for the constant it is <see cref="GeneratorHinge"/>.</remarks>
    public static Tensor GeneratorNonSaturating(Tensor fake)
    {
        using DisposeScope scope = NewDisposeScope();
        return Swapped(fake).mean().MoveToOuterDisposeScope();
    }

    private static Tensor Swapped(Tensor logits) => 1 - logits + SwappedConstant;

    private static Tensor Half(Func<Tensor> real, Func<Tensor> fake)
    {
        using DisposeScope scope = NewDisposeScope();
        return ((real().mean() + fake().mean()) * 0.5).MoveToOuterDisposeScope();
    }
}
