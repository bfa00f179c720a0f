using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>One codebook [K, D], not normalised. Keys: weight; with moving averages also initted [1], cluster_size [K], embed_avg [K, D].</summary>
internal sealed class CodeTable : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly TorchSharp.Modules.Parameter _weight;
    [ComponentName(Name = "initted")] private readonly Tensor? _initialized;
    [ComponentName(Name = "cluster_size")] private readonly Tensor? _counts;
    [ComponentName(Name = "embed_avg")] private readonly Tensor? _averages;

    public CodeTable(int codes, int dimension, bool movingAverage) : base(nameof(CodeTable))
    {
        _weight = new TorchSharp.Modules.Parameter(empty(codes, dimension), requires_grad: !movingAverage);
        if (movingAverage)
            (_initialized, _counts, _averages) = (Owned(zeros(1)), Owned(zeros(codes)), Owned(zeros(codes, dimension)));
        RegisterComponents();
    }

    /// <summary>The codes [K, D], owned by this module.</summary>
    public Tensor Weight => _weight;

    /// <summary>Members of each code at the last clustering [K], or null without moving averages; owned by this module.</summary>
    public Tensor? Counts => _counts;

    /// <summary>Whether the codes were set by clustering; null without moving averages.</summary>
    public Tensor? Initialized => _initialized;

    /// <summary>The chosen rows, normalised: int64 [R] to [R, D]. Only they get a gradient.</summary>
    public override Tensor forward(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        return functional.normalize(_weight.index_select(0, ids), dim: -1).MoveToOuterDisposeScope();
    }

    private static Tensor Owned(Tensor buffer) => buffer.DetachFromDisposeScope();
}
