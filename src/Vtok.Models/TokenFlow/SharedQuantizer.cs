using TorchSharp.Utils;
using Vtok.Models.Quantizers;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>Two codebooks with one index (TokenFlow, arXiv 2412.03069, section 3.1): id k stands for row k of the semantic and row k of the pixel book.</summary>
/// <remarks>
/// A feature is the semantic half followed by the pixel half; each half, and every code, is normalised on its own before distances are taken.
/// The nearest code by the weighted sum of squared distances is the nearest one to the concatenated vector whose halves are scaled by the
/// roots of the weights: one search in <see cref="NearestCode"/>, in tiles, with ids that no tile size changes.
/// Keys: embedding_vqkd.weight [K, Ds], embedding_vqgan.weight [K, Dp]. The published buffer codebook_used is a training statistic and not kept.
/// </remarks>
public sealed class SharedQuantizer : Module<Tensor, Tensor>, IQuantizer, IStepLearner
{
    [ComponentName(Name = "embedding_vqkd")] private readonly CodeTable _semantic;
    [ComponentName(Name = "embedding_vqgan")] private readonly CodeTable _pixel;
    private DistanceWeights _weights = DistanceWeights.Published;

    /// <summary>Creates a quantizer with undefined codebooks.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The settings are out of range.</exception>
    public SharedQuantizer(SharedQuantizerConfig config) : base(nameof(SharedQuantizer))
    {
        config.Validate();
        Config = config;
        _semantic = new CodeTable(config.CodebookSize, config.SemanticDimension, config.MovingAverage);
        _pixel = new CodeTable(config.CodebookSize, config.PixelDimension, config.MovingAverage);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public SharedQuantizerConfig Config { get; }

    /// <inheritdoc/>
    public StepNotes Notes { get; } = new();

    /// <summary>How much each half counts; may be changed at any time and changes which ids are chosen, not what they mean.</summary>
    /// <exception cref="ArgumentException">The weights are not usable.</exception>
    public DistanceWeights Weights
    {
        get => _weights;
        set
        {
            value.Validate();
            _weights = value;
        }
    }

    /// <inheritdoc/>
    public int CodebookSize => Config.CodebookSize;

    /// <inheritdoc/>
    public int CodeDimension => Config.SemanticDimension + Config.PixelDimension;

    /// <summary>The semantic codes as they are stored [K, Ds]: owned by this module, not normalised.</summary>
    public Tensor SemanticCodebook => _semantic.Weight;

    /// <summary>The pixel codes as they are stored [K, Dp]: owned by this module, not normalised.</summary>
    public Tensor PixelCodebook => _pixel.Weight;

    /// <summary>Members of each semantic code in the clustering that started it [K]; null without moving averages.</summary>
    public Tensor? ClusterSizes => _semantic.Counts;

    /// <inheritdoc/>
    public Tensor Encode(Tensor features)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = Find(Flat(features), Books()); // [R]
        return ids.view(features.shape[..^1]).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor ids)
    {
        QuantizerInput.RequireIds(ids);
        using DisposeScope scope = NewDisposeScope();
        return Codes(ids.flatten()).view([.. ids.shape, CodeDimension]).MoveToOuterDisposeScope();
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
        Tensor rows = Flat(features);                          // [R, Ds + Dp]
        (Tensor semantic, Tensor pixel) = Halves(rows);        // normalised
        Tensor ids = Find(rows, Books());                      // [R]
        Tensor scaled = cat([semantic, pixel], 1), codes = Codes(ids);
        Dictionary<string, Tensor> losses = Config.MovingAverage ? AverageLosses(semantic, pixel, codes) : new()
        {
            [QuantizerOutput.Codebook] = functional.mse_loss(codes, scaled.detach()),
            [QuantizerOutput.Commitment] = functional.mse_loss(scaled, codes.detach()) * Config.CommitmentCost,
        };
        Tensor quantized = scaled + (codes - scaled).detach(); // [R, Ds + Dp]
        if (training && Config.MovingAverage && Notes.Wait)
            Notes.Add(semantic, ids);
        else if (training && Config.MovingAverage)
            Follow(semantic.detach(), ids);
        long[] shape = features.shape;
        return new QuantizerOutput(
            quantized.view(shape).MoveToOuterDisposeScope(),
            ids.view(shape[..^1]).MoveToOuterDisposeScope(),
            losses.ToDictionary(term => term.Key, term => term.Value.MoveToOuterDisposeScope()));
    }

    /// <inheritdoc/>
    public void Learn(Func<Tensor, Tensor> gather)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Notes.Take(gather) is [Tensor semantic, Tensor ids])
            Follow(semantic, ids);
    }

    /// <summary>Starts a moving-average semantic book by clustering features (k-means by angle).</summary>
    /// <param name="features">[..., D] of the first training batch.</param>
    /// <param name="firstRows">int64 [K]: which rows of the flattened features are the first means.</param>
    /// <exception cref="InvalidOperationException">The book learns by gradient.</exception>
    public void Cluster(Tensor features, Tensor firstRows)
    {
        if (!Config.MovingAverage)
            throw new InvalidOperationException("the semantic codebook learns by gradient; only one with moving averages starts by clustering");
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Halves(Flat(features)).Semantic; // [R, Ds]
        (Tensor means, Tensor counts) = CosineClusters.Find(rows, rows.index_select(0, firstRows), Config.ClusteringRounds);
        Overwrite(_semantic.Weight, means);
        Overwrite(_semantic.Counts!, counts);
        _semantic.Initialized!.fill_(1);
    }

    /// <summary>Mean over rows of the sum over all codes of the squared squared distance, for each half: what the published code logs.</summary>
    /// <remarks>From the books' moments alone, without the R x K matrix.</remarks>
    /// <returns>Two scalars, float64.</returns>
    public (Tensor Semantic, Tensor Pixel) Spread(Tensor features)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor semantic, Tensor pixel) = Halves(Flat(features));
        Tensor first = Spread(semantic, _semantic.Weight), second = Spread(pixel, _pixel.Weight);
        return (first.MoveToOuterDisposeScope(), second.MoveToOuterDisposeScope());
    }

    /// <summary>Both books, normalised and scaled for the search [K, Ds + Dp]; worth keeping between searches.</summary>
    internal Tensor Books()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor semantic = functional.normalize(_semantic.Weight.to(ScalarType.Float32), dim: -1);
        Tensor pixel = functional.normalize(_pixel.Weight.to(ScalarType.Float32), dim: -1);
        return Joined(semantic, pixel).MoveToOuterDisposeScope();
    }

    /// <summary>Ids of rows [R, Ds + Dp] in what <see cref="Books"/> gave: int64 [R].</summary>
    internal Tensor Find(Tensor rows, Tensor books)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        (Tensor semantic, Tensor pixel) = Halves(rows);
        return NearestCode.Find(Joined(semantic, pixel), books).MoveToOuterDisposeScope();
    }

    /// <summary>Normalised codes of ids: int64 [R] to [R, Ds + Dp].</summary>
    internal Tensor Codes(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        return cat([_semantic.call(ids), _pixel.call(ids)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Rows [R, Ds + Dp] to their normalised halves.</summary>
    internal (Tensor Semantic, Tensor Pixel) Halves(Tensor rows) => (
        functional.normalize(rows.narrow(1, 0, Config.SemanticDimension), dim: -1),
        functional.normalize(rows.narrow(1, Config.SemanticDimension, Config.PixelDimension), dim: -1)); // divisor at least 1e-12

    // Weight w on a squared distance is the factor sqrt(w) on both vectors.
    private Tensor Joined(Tensor semantic, Tensor pixel) => cat([semantic * Math.Sqrt(_weights.Semantic), pixel * Math.Sqrt(_weights.Pixel)], 1);

    // The semantic book moves by itself, so only the pixel book is pulled; both halves of the features are.
    private Dictionary<string, Tensor> AverageLosses(Tensor semantic, Tensor pixel, Tensor codes)
    {
        Tensor semanticCodes = codes.narrow(1, 0, Config.SemanticDimension).detach();
        Tensor pixelCodes = codes.narrow(1, Config.SemanticDimension, Config.PixelDimension);
        return new()
        {
            [QuantizerOutput.Codebook] = functional.mse_loss(pixelCodes, pixel.detach()),
            [QuantizerOutput.Commitment] = (functional.mse_loss(semantic, semanticCodes) + functional.mse_loss(pixel, pixelCodes.detach())) * Config.CommitmentCost,
        };
    }

    // d = A + B - 2 a.e with A = |a|^2, B = |e|^2; the sum of d^2 over all codes needs only sums of e, B e and e e^T.
    private static Tensor Spread(Tensor rows, Tensor book)
    {
        Tensor a = rows.to(ScalarType.Float64), e = functional.normalize(book.to(ScalarType.Float64), dim: -1);
        Tensor squaresA = a.square().sum(1), squaresE = e.square().sum(1);
        Tensor second = SafeOps.MatMul(e.t(), e); // [D, D]
        Tensor direct = squaresA.square() * e.size(0) + squaresA * (2 * squaresE.sum()) + squaresE.square().sum();
        Tensor crossed = SafeOps.MatMul(a, e.sum(dim: 0)) * squaresA + SafeOps.MatMul(a, (e * squaresE.unsqueeze(1)).sum(dim: 0));
        Tensor products = (SafeOps.MatMul(a, second) * a).sum(1);
        return (direct - crossed * 4 + products * 4).mean();
    }

    private void Follow(Tensor semantic, Tensor ids)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Overwrite(_semantic.Weight, CosineClusters.Follow(_semantic.Weight.detach(), semantic, ids, Config.Decay));
    }

    // Through detach(): autograd is not told, and the graph of this step keeps what it looked up.
    private static void Overwrite(Tensor target, Tensor values)
    {
        using IDisposable quiet = no_grad();
        target.detach().copy_(values);
    }

    private Tensor Flat(Tensor features) => QuantizerInput.Rows(features, CodeDimension); // [R, Ds + Dp]
}
