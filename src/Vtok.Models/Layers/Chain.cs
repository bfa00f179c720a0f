using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers;

/// <summary>Modules one after the other, with as few feature maps at a time as there can be: at full resolution one has tens of megabytes.</summary>
internal static class Chain
{
    /// <summary>SiLU as a step between others; it may work <see cref="InPlace"/>, so it must not come first.</summary>
    public static Module<Tensor, Tensor> Silu { get; } = new FreshSilu();

    // A step that is a chain of its own would hold its input until its end: levels give their steps instead.
    /// <summary>Runs all steps; what is in between is freed as soon as the next is there and no graph holds it.</summary>
    /// <param name="input">What the first step reads; it stays the caller's.</param>
    /// <param name="steps">In order.</param>
    /// <param name="again">Whether of a step only the input is kept for the backward pass, which computes the step again; null for none.</param>
    /// <returns>The caller's, also when there are no steps.</returns>
    public static Tensor Run(Tensor input, IEnumerable<Module<Tensor, Tensor>> steps, Func<Module<Tensor, Tensor>, bool>? again = null)
    {
        Tensor current = input.alias();
        foreach (Module<Tensor, Tensor> step in steps)
        {
            Tensor next = again?.Invoke(step) == true ? GradientCheckpoint.Run(step.call, current) : step.call(current);
            current.Dispose();
            current = next;
        }
        return current;
    }

    private sealed class FreshSilu() : Module<Tensor, Tensor>(nameof(FreshSilu))
    {
        public override Tensor forward(Tensor input) => InPlace.Silu(input);
    }
}
