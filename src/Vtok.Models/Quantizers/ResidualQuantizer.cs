using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>Q codebooks in turn, each on what the ones before left over (SoundStream, arXiv 2107.03312, section III-C).</summary>
/// <remarks>Ids are [..., Q]; the first q of them decode to a coarser vector. Keys: <c>layers.{i}.embedding.weight</c>.</remarks>
public sealed class ResidualQuantizer : Module<Tensor, Tensor>, IQuantizer
{
    [ComponentName(Name = "layers")] private readonly TorchSharp.Modules.ModuleList<VectorQuantizer> _layers;

    /// <summary>Creates <paramref name="depth"/> quantizers of equal settings with undefined codebooks.</summary>
    /// <param name="config">Settings of every layer; normalised codes have no residual and are refused.</param>
    /// <param name="depth">Number of codebooks (Q), at least 1.</param>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public ResidualQuantizer(VectorQuantizerConfig config, int depth) : base(nameof(ResidualQuantizer))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        if (config.Normalize)
            throw new ArgumentException("a residual of normalised codes is not defined: set Normalize to false", nameof(config));
        Config = config;
        _layers = ModuleList(Enumerable.Range(0, depth).Select(_ => new VectorQuantizer(config)).ToArray());
        RegisterComponents();
    }

    /// <summary>Settings of every layer.</summary>
    public VectorQuantizerConfig Config { get; }

    /// <summary>Number of codebooks (Q).</summary>
    public int Depth => _layers.Count;

    /// <inheritdoc/>
    public int CodebookSize => Config.CodebookSize;

    /// <inheritdoc/>
    public int CodeDimension => Config.CodeDimension;

    /// <summary>One layer, owned by this module.</summary>
    public VectorQuantizer Layer(int index) => _layers[index];

    /// <summary>Draws every codebook from uniform(-1/K, 1/K).</summary>
    public void Initialize(Generator generator)
    {
        foreach (VectorQuantizer layer in _layers)
            layer.Initialize(generator);
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor features)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor residual = features.to(ScalarType.Float32);
        List<Tensor> ids = [];
        foreach (VectorQuantizer layer in _layers)
        {
            ids.Add(layer.Encode(residual)); // [...]
            residual = residual - layer.Decode(ids[^1]);
        }
        return stack(ids, dim: -1).MoveToOuterDisposeScope(); // [..., Q]
    }

    /// <summary>Ids to vectors: int64 [..., q] with 1 to Q ids to [..., D].</summary>
    /// <exception cref="ArgumentException">The ids are not int64, or more than Q.</exception>
    public Tensor Decode(Tensor ids)
    {
        int last = (int)ids.ndim - 1;
        long depth = ids.ndim > 0 ? ids.size(last) : 0;
        if (depth < 1 || depth > Depth)
            throw new ArgumentException($"{depth} ids a vector, expected 1 to {Depth}", nameof(ids));
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = _layers[0].Decode(ids.select(last, 0)); // [..., D]
        for (int q = 1; q < depth; q++)
            sum = sum + _layers[q].Decode(ids.select(last, q));
        return sum.MoveToOuterDisposeScope();
    }

    /// <summary>Features to quantized features, as <see cref="Quantize"/> without the rest.</summary>
    public override Tensor forward(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return Quantize(features).Quantized.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public QuantizerOutput Quantize(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor start = features.to(ScalarType.Float32), residual = start;
        List<Tensor> ids = [];
        Dictionary<string, Tensor> losses = [];
        foreach (VectorQuantizer layer in _layers)
        {
            QuantizerOutput step = layer.Quantize(residual);
            ids.Add(step.Ids);
            foreach ((string name, Tensor term) in step.Losses)
                losses[name] = losses.TryGetValue(name, out Tensor? sum) ? sum + term : term;
            residual = residual - step.Quantized.detach();
        }
        Tensor quantized = start + (start - residual - start).detach(); // the gradient passes once, not once a layer
        return new QuantizerOutput(
            quantized.MoveToOuterDisposeScope(),
            stack(ids, dim: -1).MoveToOuterDisposeScope(),
            losses.ToDictionary(term => term.Key, term => term.Value.MoveToOuterDisposeScope()));
    }
}
