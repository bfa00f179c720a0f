using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>One bit a dimension, its sign: lookup-free (LFQ, MAGVIT-v2, arXiv 2310.05737) and binary spherical quantization (BSQ, arXiv 2406.07548).</summary>
/// <remarks>No parameters. An input of exactly 0 gives the negative code.</remarks>
public sealed class BinaryQuantizer : Module<Tensor, Tensor>, IQuantizer, IBatchStatistic
{
    /// <summary>Name of the term that makes decisions firm and spreads them over the codes.</summary>
    public const string Entropy = QuantizerOutput.Entropy;

    private readonly int[] _shifts;

    /// <summary>Creates the quantizer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The settings are out of range.</exception>
    public BinaryQuantizer(BinaryQuantizerConfig config) : base(nameof(BinaryQuantizer))
    {
        config.Validate();
        Config = config;
        int d = config.Bits;
        Scale = config.Spherical ? 1 / Math.Sqrt(d) : config.Scale;
        _shifts = [.. Enumerable.Range(0, d).Select(i => config.FirstIsMostSignificant ? d - 1 - i : i)];
    }

    /// <summary>The settings.</summary>
    public BinaryQuantizerConfig Config { get; }

    /// <summary>Size of a code's components.</summary>
    public double Scale { get; }

    /// <inheritdoc/>
    /// <remarks>For the entropy term.</remarks>
    public BatchMean Whole { get; set; } = BatchMean.Alone;

    /// <inheritdoc/>
    public int CodebookSize => 1 << Config.Bits;

    /// <inheritdoc/>
    public int CodeDimension => Config.Bits;

    /// <inheritdoc/>
    public Tensor Encode(Tensor features)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = QuantizerInput.Features(features, CodeDimension);
        QuantizerInput.RequireFinite(x);
        return Ids(x.gt(0)).MoveToOuterDisposeScope(); // a positive scale changes no sign: the sphere needs no division here
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor ids)
    {
        QuantizerInput.RequireIds(ids);
        using DisposeScope scope = NewDisposeScope();
        Tensor bits = ids.unsqueeze(-1).bitwise_right_shift(Shifts(ids.device)).bitwise_and(1); // [..., d]
        return ((bits.to(ScalarType.Float32) * 2 - 1) * Scale).MoveToOuterDisposeScope();
    }

    /// <summary>Features to codes, as <see cref="Quantize"/> without the rest.</summary>
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
        Tensor x = QuantizerInput.Features(features, CodeDimension);
        if (Config.Spherical)
            x = functional.normalize(x, dim: -1); // [..., d]
        Tensor positive = x.detach().gt(0);
        Tensor codes = (positive.to(ScalarType.Float32) * 2 - 1) * Scale;
        return new QuantizerOutput(
            (x + (codes - x).detach()).MoveToOuterDisposeScope(),
            Ids(positive).MoveToOuterDisposeScope(),
            new Dictionary<string, Tensor>
            {
                [QuantizerOutput.Commitment] = (functional.mse_loss(x, codes) * Config.CommitmentCost).MoveToOuterDisposeScope(),
                [Entropy] = (EntropyLoss(x) * Config.EntropyCost).MoveToOuterDisposeScope(),
            });
    }

    /// <summary>
    /// E H(p(.|x)) - gamma H(E p(.|x)) in nats, with p(c|x) = softmax of -t |x - c|^2.
    /// </summary>
    /// <remarks>
    /// All codes have one length, so the bits are independent given x and the first term is an exact sum over bits. The second is
    /// exact within groups of <see cref="BinaryQuantizerConfig.GroupBits"/> and an upper bound over several of them.
    /// </remarks>
    /// <param name="x">[..., d] as quantized: on the sphere when the quantizer is spherical.</param>
    public Tensor EntropyLoss(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = x.reshape(-1, Config.Bits) * (4 * Config.InverseTemperature * Scale); // [R, d]
        // -p ln p - (1 - p) ln (1 - p) with p = sigmoid(l) is softplus(l) - l p, finite for every l.
        Tensor decisions = (functional.softplus(logits) - logits * logits.sigmoid()).sum(1).mean();
        Tensor usage = zeros([], device: x.device);
        for (int first = 0; first < Config.Bits; first += Config.GroupBits)
            usage = usage + GroupEntropy(logits.slice(1, first, Math.Min(first + Config.GroupBits, Config.Bits), 1));
        return (decisions - usage * Config.Diversity).MoveToOuterDisposeScope();
    }

    // Entropy of the mean distribution over the 2^g codes of a group of g bits.
    private Tensor GroupEntropy(Tensor logits)
    {
        Tensor on = functional.logsigmoid(logits), off = functional.logsigmoid(-logits); // [R, g]
        Tensor logProbability = zeros(logits.size(0), 1, device: logits.device); // [R, 1]
        for (int i = 0; i < logits.size(1); i++)
        {
            logProbability = cat(
                [logProbability + off.narrow(1, i, 1), logProbability + on.narrow(1, i, 1)], 1); // [R, 2^(i + 1)]
        }
        Tensor mean = (training ? Whole : BatchMean.Alone).Of(logProbability.exp().mean([0])); // [2^g]
        return -xlogy(mean, mean.clamp_min(float.Epsilon)).sum();
    }

    private Tensor Ids(Tensor positive) => positive.to(ScalarType.Int64).bitwise_left_shift(Shifts(positive.device)).sum(-1);

    private Tensor Shifts(Device device) => tensor([.. _shifts.Select(s => (long)s)], device: device); // [d]
}
