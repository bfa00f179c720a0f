using System.Runtime.CompilerServices;

namespace Vtok.Models.Weights;

/// <summary>Puts the tensors of a checkpoint into a module.</summary>
public static class WeightLoader
{
    /// <summary>Gives every parameter and persistent buffer of <paramref name="module"/> the tensor of its name.</summary>
    /// <remarks>A tensor that already has the right type is taken over, not copied: on the CPU the module then works on the file's own pages.
    /// What the module held before is freed, so it is best built on the META device, where it held nothing. Fields of the module stay valid,
    /// and no dispose scope owns the weights any more.</remarks>
    /// <param name="module">Any module.</param>
    /// <param name="source">Tensors under the names of the module's state dictionary; may be disposed afterwards.</param>
    /// <param name="device">Where the tensors go; null means the CPU.</param>
    /// <param name="type">Type of the floating-point tensors; null means each keeps the module's own.</param>
    /// <param name="ignore">Names of the source that are passed over if the module lacks them, or null.</param>
    /// <exception cref="CheckpointException">Names or shapes differ; nothing was changed. The message lists all, grouped.</exception>
    public static void Load(nn.Module module, IWeightSource source, Device? device = null, ScalarType? type = null, Func<string, bool>? ignore = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Dictionary<string, Tensor> state = module.state_dict();
        var mismatch = new WeightMismatch();
        foreach ((string name, Tensor target) in state)
        {
            if (!source.Entries.TryGetValue(name, out TensorEntry? entry))
                mismatch.Missing.Add(name);
            else if (!entry.Shape.SequenceEqual(target.shape))
                mismatch.Misshapen.Add((name, [.. entry.Shape], target.shape));
        }
        mismatch.Unexpected.AddRange(source.Entries.Keys.Where(name => !state.ContainsKey(name) && ignore?.Invoke(name) != true));
        mismatch.ThrowIfAny(source);
        foreach ((string name, Tensor target) in state)
            TakeOver(target, source[name], type is { } wanted && target.is_floating_point() ? wanted : target.dtype, device ?? CPU);
    }

    private static void TakeOver(Tensor target, Tensor stored, ScalarType type, Device device)
    {
        Tensor ready = stored.to(type, device);
        if (target.requires_grad)
            ready.requires_grad_();
        // The native tensor changes hands while the managed object stays, so every field that holds the parameter sees the new one.
        (Handle(target), Handle(ready)) = (Handle(ready), Handle(target));
        ready.Dispose();
        stored.Dispose();
        target.DetachFromDisposeScope(); // a module opened within a caller's scope outlives it
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "handle")]
    private static extern ref nint Handle(Tensor tensor);
}
