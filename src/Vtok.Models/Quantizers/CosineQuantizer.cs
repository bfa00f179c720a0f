using TorchSharp.Utils;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>Codes on the unit sphere that follow the mean direction of their features (BEiT v2, arXiv 2208.06366, section 2.1).</summary>
/// <remarks>
/// Features are divided by their length; codes are unit vectors because training keeps them so, and are used as they are stored. Keys:
/// embedding.weight [K, D]; when trainable also cluster_size [K], embedding.cluster_size, embedding.embed_avg, embedding.initted. A code
/// that no feature uses keeps its direction: there is no revival. Values are undefined until loaded, <see cref="Initialize"/>d or <see cref="Start"/>ed.
/// </remarks>
public sealed class CosineQuantizer : Module<Tensor, Tensor>, IQuantizer, IStepLearner
{
    [ComponentName(Name = "embedding")] private readonly CosineCodebook _embedding;
    [ComponentName(Name = "cluster_size")] private readonly Tensor? _clusterSize; // [K]

    /// <summary>Creates a quantizer with undefined codes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The settings are out of range.</exception>
    public CosineQuantizer(CosineQuantizerConfig config) : base(nameof(CosineQuantizer))
    {
        config.Validate();
        Config = config;
        _embedding = new CosineCodebook(config);
        _clusterSize = config.Trainable ? zeros(config.CodebookSize).DetachFromDisposeScope() : null;
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public CosineQuantizerConfig Config { get; }

    /// <inheritdoc/>
    public StepNotes Notes { get; } = new();

    /// <inheritdoc/>
    public int CodebookSize => Config.CodebookSize;

    /// <inheritdoc/>
    public int CodeDimension => Config.CodeDimension;

    /// <summary>The codes as they are stored [K, D]: owned by this module.</summary>
    public Tensor Codebook => _embedding.Codes;

    /// <summary>Moving average of how many features of a batch use each code [K]: owned by this module; null when not trainable.</summary>
    public Tensor? ClusterSize => _clusterSize;

    /// <summary>Whether the codes have their start.</summary>
    public bool Started => _embedding.Started is null || _embedding.Started.sum().cpu().item<float>() != 0;

    /// <summary>Draws unit vectors of uniform direction.</summary>
    public void Initialize(Generator generator)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor draws = empty([CodebookSize, CodeDimension]).normal_(0, 1, generator);
        SetStart(Unit(draws).to(Codebook.device));
    }

    /// <summary>Clusters the features of a first batch by direction; a cluster that empties keeps its mean.</summary>
    /// <param name="features">[..., D].</param>
    /// <param name="first">int64 [K], the features that the means begin at; distinct where there are enough.</param>
    /// <param name="rounds">Rounds of the clustering; 10 as published.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Start(Tensor features, Tensor first, int rounds = 10)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor samples = Unit(Rows(features)); // [R, D]
        if (first.ndim != 1 || first.size(0) != CodebookSize || first.dtype != ScalarType.Int64)
            throw new ArgumentException($"first: {first.dtype} [{string.Join(", ", first.shape)}], expected int64 [{CodebookSize}]", nameof(first));
        Tensor means = samples.index_select(0, first);
        for (int round = 0; round < rounds; round++)
            means = Directions(samples, NearestCode.Find(samples, means), means, out _);
        SetStart(means);
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor features)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return NearestCode.Find(Unit(Rows(features)), Codebook).view(features.shape[..^1]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor ids)
    {
        QuantizerInput.RequireIds(ids);
        using DisposeScope scope = NewDisposeScope();
        return Codebook.index_select(0, ids.flatten()).view([.. ids.shape, CodeDimension]).MoveToOuterDisposeScope();
    }

    /// <summary>Features to quantized features, as <see cref="Quantize"/> without the rest.</summary>
    public override Tensor forward(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return Quantize(features).Quantized.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>In training mode the codes move after they were looked up. Quirk: out of it the usage still does, as published.</remarks>
    public QuantizerOutput Quantize(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? exact = Autocast.Suspend(features.device_type);
        Tensor unit = Unit(Rows(features));                       // [R, D]
        Tensor ids = NearestCode.Find(unit, Codebook);            // [R]
        Tensor codes = Codebook.index_select(0, ids);             // [R, D]: copies, so the update below leaves them alone
        Tensor loss = functional.mse_loss(unit, codes) * Config.CommitmentCost;
        Tensor quantized = unit + (codes - unit).detach();        // [R, D]
        QuantizerOutput output = new(
            quantized.view(features.shape).MoveToOuterDisposeScope(),
            ids.view(features.shape[..^1]).MoveToOuterDisposeScope(),
            new Dictionary<string, Tensor> { [QuantizerOutput.Commitment] = loss.MoveToOuterDisposeScope() });
        if (_clusterSize is not null && training && Notes.Wait)
            Notes.Add(unit, ids);
        else if (_clusterSize is not null)
            Update(unit.detach(), ids, _clusterSize);
        return output;
    }

    /// <inheritdoc/>
    public void Learn(Func<Tensor, Tensor> gather)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Notes.Take(gather) is [Tensor unit, Tensor ids])
            Update(unit, ids, _clusterSize!);
    }

    private void Update(Tensor unit, Tensor ids, Tensor clusterSize)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor directions = Directions(unit, ids, Codebook, out Tensor counts);
        clusterSize.mul_(Config.Decay).add_(counts, alpha: 1 - Config.Decay);
        if (training)
            Codebook.detach().copy_(Unit(Codebook * Config.Decay + directions * (1 - Config.Decay)));
    }

    // The mean direction of the rows of each code; where there are none, what it was.
    private Tensor Directions(Tensor unit, Tensor ids, Tensor otherwise, out Tensor counts)
    {
        counts = CodeTally.Of(ids, CodebookSize).to(ScalarType.Float32);                       // [K]
        Tensor sums = zeros_like(otherwise).index_add_(0, ids, unit, 1);                        // [K, D]
        Tensor means = Unit(sums / counts.clamp(min: 1f).unsqueeze(1));
        return where(counts.eq(0).unsqueeze(1), otherwise, means);                              // [K, D]
    }

    private void SetStart(Tensor codes)
    {
        Codebook.detach().copy_(codes);
        _embedding.Started?.fill_(1);
    }

    private Tensor Rows(Tensor features) => QuantizerInput.Rows(features, CodeDimension); // [R, D]

    private static Tensor Unit(Tensor rows) => functional.normalize(rows, dim: -1); // divisor at least 1e-12
}
