using TorchSharp;

namespace Vtok.Torch;

/// <summary>Holds every tensor that this thread makes outside of scopes of its own, until it is disposed; then they are again whose they would have been.</summary>
/// <remarks>
/// TorchSharp 0.107 hands libtorch the address of a tensor without keeping its owner alive. In <c>a.detach().clone()</c> outside of any scope nothing
/// refers to the first result any more while the second is made, and a garbage collection on another thread frees it under libtorch's hands. Scopes
/// refer to what is made in them; this is for code whose results live on in fields, such as the building of a network.
/// </remarks>
public sealed class TensorHold : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    /// <summary>Builds something whose tensors live on in fields.</summary>
    public static T Over<T>(Func<T> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        using var hold = new TensorHold();
        return build();
    }

    /// <summary>Lets go: tensors that are not disposed pass to the scope around this one, or to nobody where there is none.</summary>
    public void Dispose()
    {
        _scope.MoveToOuter([.. _scope.DisposablesView]);
        _scope.Dispose();
    }
}
