using System.Globalization;
using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>Folds dropped patches into the kept ones (LaVIT, section 3.1): features [B, N, C] and choices [B, N] to [B, N, C].</summary>
/// <remarks>
/// All positions are computed, and only the kept ones are of use. Keys: ln_vision, blocks.i, norm. Not causal as a whole: the choices and
/// the dropped patches come from the whole picture.
/// </remarks>
public sealed class TokenMerger : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "ln_vision")] private readonly LayerNorm _originNorm;
    [ComponentName(Name = "blocks")] private readonly TorchSharp.Modules.ModuleList<MergerBlock> _blocks;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;

    /// <summary>Creates the merger.</summary>
    /// <param name="width">Width of the features (C).</param>
    /// <param name="depth">Blocks.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="hidden">Hidden width of the feed-forward parts.</param>
    public TokenMerger(int width, int depth, int heads, int hidden) : base(nameof(TokenMerger))
    {
        _originNorm = new LayerNorm(width);
        _blocks = new TorchSharp.Modules.ModuleList<MergerBlock>([.. Enumerable.Range(0, depth).Select(_ => new MergerBlock(width, heads, hidden))]);
        _norm = new LayerNorm(width);
        RegisterComponents();
    }

    /// <summary>Truncated normal weights, biases zero.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        foreach (MergerBlock block in _blocks)
            block.Initialize(deviation, generator);
    }

    /// <summary>Merges.</summary>
    /// <param name="features">[B, N, C], not normalised.</param>
    /// <param name="keep">[B, N], 1 for kept and 0 for dropped, of the features' type; in training a straight-through value with a gradient.</param>
    public override Tensor forward(Tensor features, Tensor keep) => Merge(features, keep, null);

    /// <summary>As <see cref="forward"/>, noting what happens inside.</summary>
    internal Tensor Merge(Tensor features, Tensor keep, IDictionary<string, Tensor>? trace)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor origin = _originNorm.call(features);
        Note(trace, "x_origin", origin);
        Tensor kept = PolicySoftmax.Causal(keep), dropped = PolicySoftmax.Dropped(keep);
        Tensor x = features.alias();
        for (int i = 0; i < _blocks.Count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"block{i}");
            Tensor next = _blocks[i].Run(x, origin, kept, dropped, trace is null ? null : (half, value) => Note(trace, name + half, value));
            x.Dispose(); // at once: a graph, where there is one, holds what it needs
            x = next;
            Note(trace, name, x);
        }
        return _norm.call(x).MoveToOuterDisposeScope();
    }

    private static void Note(IDictionary<string, Tensor>? trace, string name, Tensor x)
    {
        if (trace is not null)
            trace[name] = x.detach().clone().DetachFromDisposeScope();
    }
}
