namespace Vtok.Torch;

/// <summary>Gradient checkpointing: keeps only a block's input and runs the block again in the backward pass.</summary>
/// <remarks>Parameters used inside receive their gradients in the nested backward pass, so autograd.grad must not go through it; dropout inside
/// the block must be off or seeded. Autocast is entered again as it was.</remarks>
public sealed class GradientCheckpoint : autograd.SingleTensorFunction<GradientCheckpoint>
{
    /// <inheritdoc/>
    public override string Name => nameof(GradientCheckpoint);

    /// <summary>Runs <paramref name="block"/> on <paramref name="x"/>, keeping nothing of its inside when a gradient is wanted.</summary>
    public static Tensor Run(Func<Tensor, Tensor> block, Tensor x) => x.requires_grad ? apply(x, block) : block(x);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        var block = (Func<Tensor, Tensor>)vars[1];
        ctx.save_for_backward([x]);
        ctx.save_data("block", block);
        ctx.save_data("autocast", Autocast.Current(x.device_type));
        Tensor y = block(x); // autograd is off here
        Autocast.Forget(x.device_type);
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad)
    {
        using DisposeScope scope = NewDisposeScope();
        var block = (Func<Tensor, Tensor>)ctx.get_data("block");
        using Tensor x = ctx.get_saved_variables()[0].detach();
        x.requires_grad_(true);
        using (enable_grad())
        {
            using IDisposable? autocast = ctx.get_data("autocast") is ScalarType type ? Autocast.Enter(x.device_type, type) : null;
            using Tensor y = block(x);
            autocast?.Dispose();
            if (y.requires_grad)
                y.backward([grad]);
        }
        return [(x.grad ?? zeros_like(x)).MoveToOuterDisposeScope(), null!]; // none where the block does not depend on x: an exception here would end the process
    }
}
