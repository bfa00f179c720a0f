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

    /// <summary>The same samples in a device's memory; this batch is used up. What all samples share stays on the CPU, where it is read as numbers.</summary>
    /// <remarks>For the thread that makes batches: a copy to a GPU waits for what the GPU is doing.</remarks>
    /// <param name="device">Where the samples are wanted; null for where they are.</param>
    public TrainingBatch To(Device? device)
    {
        if (device?.type is null or DeviceType.CPU)
            return this;
        using DisposeScope scope = NewDisposeScope();
        var moved = new Dictionary<string, Tensor>();
        foreach ((string name, Tensor here) in Tensors)
        {
            if (Common.Contains(name))
            {
                moved[name] = here;
                continue;
            }
            moved[name] = here.to(device).DetachFromDisposeScope();
            here.Dispose();
        }
        return this with { Tensors = moved };
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values)
            tensor.Dispose();
    }
}
