namespace Vtok.Training.Tasks;

/// <summary>The samples of one step: named tensors on the CPU, in no dispose scope.</summary>
/// <param name="Step">Step that it belongs to.</param>
/// <param name="Pictures">Samples.</param>
/// <param name="Tensors">Tensors by name; the batch owns them.</param>
public sealed record TrainingBatch(long Step, int Pictures, IReadOnlyDictionary<string, Tensor> Tensors) : IDisposable
{
    /// <summary>The tensor of that name.</summary>
    public Tensor this[string name] => Tensors[name];

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values)
            tensor.Dispose();
    }
}
