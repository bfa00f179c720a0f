using Vtok.Models.Layers.Vqgan;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;

namespace Vtok.Models.LlamaGen;

/// <summary>Settings of a LlamaGen tokenizer (arXiv 2406.06525, section 2.1). Defaults: the published VQ-16.</summary>
public sealed record LlamaGenConfig
{
    /// <summary>Entries of the published usage buffer: the ids of the last training steps.</summary>
    public const int UsageWindow = 65536;

    /// <summary>16 pixels a token along a side.</summary>
    public static LlamaGenConfig Vq16 { get; } = new();

    /// <summary>8 pixels a token along a side.</summary>
    public static LlamaGenConfig Vq8 { get; } = new() { EncoderMultipliers = [1, 2, 2, 4], DecoderMultipliers = [1, 2, 2, 4] };

    /// <summary>What stands between encoder and decoder. Default: one codebook, as published; the other kinds are an extension of ours.</summary>
    public QuantizerKind Kind { get; init; }

    /// <summary>How codebooks learn. Default: by gradient, as published.</summary>
    public CodebookLearning Learning { get; init; }

    /// <summary>Memory of codebooks that learn by moving averages, at least 0 and below 1.</summary>
    public double Decay { get; init; } = 0.99;

    /// <summary>Codebooks of a residual quantizer, at least 1; their ids of a position are joined to one.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Levels of each dimension of a finite scalar quantizer.</summary>
    public IReadOnlyList<int> Levels { get; init; } = [];

    /// <summary>Number of codes of a book (K), at least 2; without a book, of all codes, which the dimension or the levels give.</summary>
    public int CodebookSize { get; init; } = 16384;

    /// <summary>Length of a code (D), at least 1.</summary>
    public int CodeDimension { get; init; } = 8;

    /// <summary>Whether features and codes are compared on the unit sphere.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Whether training counts the codes in use, which adds the buffer quantize.codebook_used.</summary>
    public bool ShowUsage { get; init; } = true;

    /// <summary>Weight of the commitment loss, at least 0.</summary>
    public double CommitmentCost { get; init; } = 0.25;

    /// <summary>Weight of the entropy loss, at least 0; at 0 it is not computed.</summary>
    public double EntropyCost { get; init; }

    /// <summary>Channels of the encoder's levels in multiples of <see cref="Channels"/>, finest first.</summary>
    public IReadOnlyList<int> EncoderMultipliers { get; init; } = [1, 1, 2, 2, 4];

    /// <summary>The same of the decoder, finest first too; as many levels as the encoder has.</summary>
    public IReadOnlyList<int> DecoderMultipliers { get; init; } = [1, 1, 2, 2, 4];

    /// <summary>Channels of the bottleneck.</summary>
    public int LatentChannels { get; init; } = 256;

    /// <summary>Channels at full resolution.</summary>
    public int Channels { get; init; } = 128;

    /// <summary>Residual blocks of an encoder's level; a decoder's has one more.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>Groups of every group norm.</summary>
    public int NormGroups { get; init; } = 32;

    /// <summary>Whether the coarsest level and the middle have self-attention, as published. Without it, an extension of ours, cost grows with the number
    /// of pixels and not with its square, and what is learned on small crops holds for large pictures.</summary>
    public bool Attention { get; init; } = true;

    /// <summary>Number of ids.</summary>
    public int Vocabulary => Quantizer.Vocabulary;

    /// <summary>Pixels per token along a side.</summary>
    public int Factor => Encoder.Factor;

    internal VqganConfig Encoder => Half(EncoderMultipliers);

    internal VqganConfig Decoder => Half(DecoderMultipliers);

    internal QuantizerChoice Quantizer => new()
    {
        Kind = Kind,
        Learning = Learning,
        Decay = Decay,
        Depth = Depth,
        Levels = Levels,
        CodebookSize = CodebookSize,
        CodeDimension = CodeDimension,
        Normalize = Normalize,
        CommitmentCost = CommitmentCost,
        EntropyCost = EntropyCost,
        UsageWindow = ShowUsage ? UsageWindow : 0,
    };

    internal double ApproximateParameters =>
        EncoderMultipliers.Concat(DecoderMultipliers).Sum(m => Blocks * 18.0 * Channels * m * Channels * m) // two 3 x 3 convolutions a block
        + (Kind is QuantizerKind.Vector or QuantizerKind.Residual ? (double)Depth * CodebookSize * CodeDimension : 0);

    /// <summary>These settings as a config.json of the published fields.</summary>
    public ModelConfig ToModelConfig() => PublishedConfig.Write(this);

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        Encoder.Validate();
        Decoder.Validate();
        Quantizer.Validate();
        if (EncoderMultipliers.Count != DecoderMultipliers.Count)
            throw new ArgumentException($"encoder_ch_mult has {EncoderMultipliers.Count} levels and decoder_ch_mult {DecoderMultipliers.Count}, expected the same");
    }

    // Records compare lists by reference; two equal configs should be equal.
    /// <summary>Whether all settings agree.</summary>
    public bool Equals(LlamaGenConfig? other) => other is not null && Encoder.Equals(other.Encoder) && Decoder.Equals(other.Decoder) && Quantizer.Equals(other.Quantizer);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Encoder, Decoder, Quantizer);

    private VqganConfig Half(IReadOnlyList<int> multipliers) => new()
    {
        Channels = Channels,
        Multipliers = multipliers,
        Blocks = Blocks,
        NormGroups = NormGroups,
        LatentChannels = LatentChannels,
        Attention = Attention,
    };
}
