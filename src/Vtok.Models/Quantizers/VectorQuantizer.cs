using TorchSharp.Utils;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>One codebook: a vector becomes the id of its nearest code (VQ-VAE, arXiv 1711.00937).</summary>
/// <remarks>
/// Keys: <c>embedding.weight</c> [K, D]; with clustering also <c>embed_prob</c> [K]; with moving averages also
/// <c>cluster_size</c> [K] and <c>embed_avg</c> [K, D]; with a usage window <c>codebook_used</c> (ids as float32). The codebook is undefined until it is loaded or <see cref="Initialize"/>d.
/// </remarks>
public sealed class VectorQuantizer : Module<Tensor, Tensor>, ILearnedCodes, IStepLearner, IBatchStatistic
{
    private const string UsageBuffer = "embed_prob";
    private const string CountBuffer = "cluster_size";
    private const string SumBuffer = "embed_avg";
    private const string RecentIdsBuffer = "codebook_used";
    private const double SmoothingEpsilon = 1e-5; // keeps the mean of an unused code finite

    // Held, not made at each use: TorchSharp 0.107 does not keep a temporary Scalar alive while the native call still reads it.
    private readonly Scalar _kept, _taken, _epsilon, _mass;

    [ComponentName(Name = "embedding.weight")] private readonly TorchSharp.Modules.Parameter _codebook; // [K, D]

    /// <summary>Creates a quantizer with an undefined codebook.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The settings are out of range.</exception>
    public VectorQuantizer(VectorQuantizerConfig config) : base(nameof(VectorQuantizer))
    {
        config.Validate();
        Config = config;
        (_kept, _taken, _epsilon, _mass) = (config.Decay, 1 - config.Decay, SmoothingEpsilon, config.CodebookSize * SmoothingEpsilon);
        bool learned = config.Learning != CodebookLearning.MovingAverage;
        _codebook = new TorchSharp.Modules.Parameter(empty(config.CodebookSize, config.CodeDimension), learned);
        RegisterComponents();
        if (config.Learning == CodebookLearning.Clustering)
            register_buffer(UsageBuffer, zeros(config.CodebookSize));
        if (config.Learning == CodebookLearning.MovingAverage)
        {
            register_buffer(CountBuffer, zeros(config.CodebookSize));
            register_buffer(SumBuffer, zeros(config.CodebookSize, config.CodeDimension));
        }
        if (config.UsageWindow > 0)
            register_buffer(RecentIdsBuffer, zeros(config.UsageWindow));
    }

    /// <summary>The settings.</summary>
    public VectorQuantizerConfig Config { get; }

    /// <inheritdoc/>
    public StepNotes Notes { get; } = new();

    /// <inheritdoc/>
    /// <remarks>For the entropy term.</remarks>
    public BatchMean Whole { get; set; } = BatchMean.Alone;

    /// <inheritdoc/>
    public int CodebookSize => Config.CodebookSize;

    /// <inheritdoc/>
    public int CodeDimension => Config.CodeDimension;

    /// <summary>The codebook as it is stored [K, D]: owned by this module, not normalised.</summary>
    public Tensor Codebook => _codebook;

    /// <inheritdoc/>
    public int Books => 1;

    /// <inheritdoc/>
    public int BookSize => CodebookSize;

    /// <summary>Draws the codebook from uniform(-1/K, 1/K), the published start.</summary>
    /// <param name="generator">Source of the draws.</param>
    public void Initialize(Generator generator)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _codebook.uniform_(-1.0 / CodebookSize, 1.0 / CodebookSize, generator);
        ResetAverages();
    }

    /// <inheritdoc/>
    public void Start(Tensor features, Generator generator, int rounds = 10)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Overwrite(KMeans.Fit(Flat(features), CodebookSize, Config.Normalize, generator, rounds));
        ResetAverages();
    }

    /// <inheritdoc/>
    public Tensor IdsOf(int book, Tensor ids) => ids.alias();

    /// <inheritdoc/>
    public Tensor InputOf(int book, Tensor features, Tensor ids)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return Scale(Flat(features)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Replace(int book, Tensor codes, Tensor vectors) => Replace(codes, vectors);

    /// <summary>Replaces chosen codes, such as those that no feature uses, and restarts their averages.</summary>
    /// <param name="ids">int64 [M], each at most once.</param>
    /// <param name="vectors">[M, D].</param>
    public void Replace(Tensor ids, Tensor vectors)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor values = vectors.to(_codebook.dtype);
        _codebook.index_copy_(0, ids, values);
        if (Config.Learning != CodebookLearning.MovingAverage)
            return;
        get_buffer(CountBuffer)!.index_fill_(0, ids, 1);
        get_buffer(SumBuffer)!.index_copy_(0, ids, values);
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor features)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = NearestCode.Find(Scale(Flat(features)), Scale(_codebook)); // [R]
        return ids.view(features.shape[..^1]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor ids)
    {
        QuantizerInput.RequireIds(ids);
        using DisposeScope scope = NewDisposeScope();
        Tensor codes = Scale(_codebook.index_select(0, ids.flatten())); // [R, D]
        return codes.view([.. ids.shape, CodeDimension]).MoveToOuterDisposeScope();
    }

    /// <summary>Share of the codes among the ids of the usage window, a scalar tensor; 0 without a window.</summary>
    /// <remarks>Quirk: the window starts full of zeros, which count as code 0, as published.</remarks>
    public Tensor RecentUsage()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor used = zeros(CodebookSize, device: _codebook.device);
        if (Config.UsageWindow > 0)
            used.index_fill_(0, get_buffer(RecentIdsBuffer)!.to(ScalarType.Int64), 1);
        return used.mean().MoveToOuterDisposeScope();
    }

    /// <summary>Weighted mixture of codes: [..., K] to [..., D], normalised when the codes are.</summary>
    public Tensor Mix(Tensor weights)
    {
        using DisposeScope scope = NewDisposeScope();
        return Scale(SafeOps.MatMul(weights, _codebook)).MoveToOuterDisposeScope();
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
        using IDisposable? exact = Autocast.Suspend(features.device_type);
        Tensor rows = Flat(features);           // [R, D]
        Tensor scaled = Scale(rows);            // [R, D]
        Tensor ids = NearestCode.Find(scaled, Scale(_codebook)); // [R]
        Tensor codes = Scale(_codebook.index_select(0, ids));    // [R, D]; scaled after the lookup: only used rows get a gradient

        Dictionary<string, Tensor> losses = new()
        {
            [QuantizerOutput.Commitment] = functional.mse_loss(scaled, codes.detach()) * Config.CommitmentCost,
        };
        if (Config.Learning is CodebookLearning.Gradient or CodebookLearning.Clustering)
            losses[QuantizerOutput.Codebook] = functional.mse_loss(codes, scaled.detach()) * Config.CodebookCost;
        if (Config.EntropyCost > 0)
            losses[QuantizerOutput.Entropy] = EntropyLoss.Compute(scaled, Scale(_codebook), training ? Whole : BatchMean.Alone) * Config.EntropyCost;
        Tensor through = Config.Learning == CodebookLearning.Soft ? Mixture(scaled) : scaled; // what the gradient flows through
        Tensor quantized = through + (codes - through).detach(); // [R, D]

        long[] shape = features.shape;
        QuantizerOutput output = new(
            quantized.view(shape).MoveToOuterDisposeScope(),
            ids.view(shape[..^1]).MoveToOuterDisposeScope(),
            losses.ToDictionary(term => term.Key, term => term.Value.MoveToOuterDisposeScope()));
        if (training && Notes.Wait && (Config.Learning != CodebookLearning.Gradient || Config.UsageWindow > 0))
            Notes.Add(rows, scaled, ids);
        else if (training)
            UpdateStatistics(rows.detach(), scaled.detach(), ids);
        return output;
    }

    /// <inheritdoc/>
    public void Learn(Func<Tensor, Tensor> gather)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Notes.Take(gather) is [Tensor rows, Tensor scaled, Tensor ids])
            UpdateStatistics(rows, scaled, ids);
    }

    // All codes, weighted by their distance: [R, D]. Holds the whole [R, K] matrix.
    private Tensor Mixture(Tensor scaled)
    {
        Tensor codebook = Scale(_codebook);
        return SafeOps.MatMul(SoftAssignment.ByDistance(scaled, codebook, Config.Sharpness), codebook);
    }

    private void UpdateStatistics(Tensor rows, Tensor scaled, Tensor ids)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (Config.UsageWindow > 0)
            NoteUse(ids);
        if (Config.Learning is CodebookLearning.Gradient or CodebookLearning.Soft)
            return;
        Tensor counts = CodeTally.Of(ids, CodebookSize).to(ScalarType.Float32); // [K]
        if (Config.Learning == CodebookLearning.Clustering)
            MoveUnusedCodes(rows, scaled, counts / ids.numel());
        else
            AverageFeatures(scaled, ids, counts);
    }

    // The newest ids enter at the end; of a batch beyond the window the last ones stay.
    private void NoteUse(Tensor ids)
    {
        Tensor recent = get_buffer(RecentIdsBuffer)!;
        Tensor all = cat([recent, ids.to(ScalarType.Float32)]);
        recent.copy_(all.narrow(0, all.size(0) - Config.UsageWindow, Config.UsageWindow));
    }

    // Codes move onto their nearest feature, the more the less they are used.
    private void MoveUnusedCodes(Tensor rows, Tensor scaled, Tensor frequencies)
    {
        Tensor usage = get_buffer(UsageBuffer)!;
        usage.mul_(_kept).add_(frequencies, alpha: _taken);
        Tensor nearest = NearestCode.Find(Scale(_codebook), scaled); // [K]: the roles exchanged
        Tensor targets = rows.index_select(0, nearest);              // [K, D], not normalised
        // Constants 10 and 1e-3 of the published update (arXiv 2307.15139, eq. 4 and its code).
        Tensor weight = (usage * (-10.0 * CodebookSize / (1 - Config.Decay)) - 1e-3).exp().unsqueeze(1); // [K, 1]
        Overwrite(_codebook * (1 - weight) + targets * weight);
    }

    private void AverageFeatures(Tensor scaled, Tensor ids, Tensor counts)
    {
        Tensor size = get_buffer(CountBuffer)!, sum = get_buffer(SumBuffer)!;
        Tensor sums = zeros_like(sum).index_add_(0, ids, scaled, 1); // [K, D]
        size.mul_(_kept).add_(counts, alpha: _taken);
        sum.mul_(_kept).add_(sums, alpha: _taken);
        Tensor total = size.sum();
        Tensor smoothed = (size + _epsilon) / (total + _mass) * total; // Laplace smoothing
        Overwrite(sum / smoothed.unsqueeze(1));
    }

    // Through detach(): the graph of this step keeps the values that it looked up, and autograd is not told.
    private void Overwrite(Tensor values) => _codebook.detach().copy_(values);

    private void ResetAverages()
    {
        if (Config.Learning != CodebookLearning.MovingAverage)
            return;
        get_buffer(CountBuffer)!.fill_(1);
        get_buffer(SumBuffer)!.copy_(_codebook);
    }

    private Tensor Flat(Tensor features) => QuantizerInput.Rows(features, CodeDimension); // [R, D]

    private Tensor Scale(Tensor rows) => Config.Normalize ? functional.normalize(rows, dim: -1) : rows; // divisor at least 1e-12
}
