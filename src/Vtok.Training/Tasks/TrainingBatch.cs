namespace Vtok.Training.Tasks;

/// <summary>Samples of one step: named tensors on the CPU, in no dispose scope, with one row a sample.</summary>
/// <param name="Step">Step that it belongs to.</param>
/// <param name="Pictures">Samples.</param>
/// <param name="Tensors">Tensors by name; the batch owns them.</param>
public sealed record TrainingBatch(long Step, int Pictures, IReadOnlyDictionary<string, Tensor> Tensors) : IDisposable
{
    /// <summary>Which samples of the step's batch these are. What is drawn for a sample must depend on its place there, so draw for the whole batch
    /// and take <see cref="BatchShare.Rows"/>.</summary>
    public BatchShare Share { get; init; } = BatchShare.All(Pictures);

    /// <summary>Names of the tensors that all samples share, which have no rows.</summary>
    public IReadOnlyList<string> Common { get; init; } = [];

    /// <summary>The tensor of that name.</summary>
    public Tensor this[string name] => Tensors[name];

    /// <summary>The samples of a share, copied.</summary>
    /// <param name="share">A share of this batch, which is a whole one.</param>
    public TrainingBatch Take(BatchShare share)
    {
        using DisposeScope scope = NewDisposeScope();
        return this with
        {
            Pictures = share.Count,
            Share = share,
            Tensors = Tensors.ToDictionary(pair => pair.Key,
                pair => (Common.Contains(pair.Key) ? pair.Value : share.Rows(pair.Value)).clone().DetachFromDisposeScope()),
        };
    }

    /// <summary>An equal part of the samples, those of <see cref="BatchShare.Part"/>: tensors in the caller's scope.</summary>
    /// <param name="index">0 to parts - 1.</param>
    /// <param name="parts">A divisor of <see cref="Pictures"/>.</param>
    public TrainingBatch Part(int index, int parts)
    {
        if (parts == 1)
            return this;
        return this with
        {
            Pictures = Pictures / parts,
            Share = Share.Part(index, parts),
            Tensors = Tensors.ToDictionary(pair => pair.Key, pair => Common.Contains(pair.Key) ? pair.Value : pair.Value.slice(0, index, Pictures, parts).contiguous()),
        };
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values)
            tensor.Dispose();
    }
}
