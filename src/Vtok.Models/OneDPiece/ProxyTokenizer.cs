using TorchSharp.Utils;
using Vtok.Models.Quantizers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>The MaskGIT-VQGAN (arXiv 2202.04200): a convolutional grid tokenizer, here the teacher of TiTok's first stage. Pictures are 0..1, not -1..1.</summary>
/// <remarks>Keys: encoder, quantize.embedding.weight, decoder.</remarks>
public sealed class ProxyTokenizer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "encoder")] private readonly ProxyEncoder _encoder;
    [ComponentName(Name = "quantize")] private readonly VectorQuantizer _quantizer;
    [ComponentName(Name = "decoder")] private readonly ProxyDecoder _decoder;

    /// <summary>Creates the network; its values are undefined until loaded or <see cref="Initialize"/>d.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public ProxyTokenizer(ProxyTokenizerConfig config) : base(nameof(ProxyTokenizer))
    {
        config.Validate();
        Config = config;
        _encoder = new ProxyEncoder(config);
        _quantizer = CreateQuantizer(config);
        _decoder = new ProxyDecoder(config);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public ProxyTokenizerConfig Config { get; }

    /// <summary>The codebook, owned by this module.</summary>
    public VectorQuantizer Quantizer => _quantizer;

    /// <summary>Draws all weights.</summary>
    public void Initialize(Generator generator)
    {
        _encoder.Initialize(generator);
        _quantizer.Initialize(generator);
        _decoder.Initialize(generator);
    }

    /// <summary>Pictures [B, 3, H, W] to features [B, D, h, w].</summary>
    public Tensor Features(Tensor pixels) => _encoder.call(pixels);

    /// <summary>Pictures [B, 3, H, W] to codes, int64 [B, hw], row by row.</summary>
    public Tensor Encode(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        return _quantizer.Encode(Rows(Features(pixels))).MoveToOuterDisposeScope();
    }

    /// <summary>Features [B, D, h, w] quantized: vectors [B, D, h, w], ids [B, hw], losses.</summary>
    public QuantizerOutput Quantize(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        QuantizerOutput output = _quantizer.Quantize(Rows(features));
        foreach (Tensor tensor in output.Losses.Values.Append(output.Ids))
            tensor.MoveToOuterDisposeScope();
        return output with { Quantized = Grid(output.Quantized, features.size(2), features.size(3)).MoveToOuterDisposeScope() };
    }

    /// <summary>Squared distances of all features to all codes: [B, D, h, w] to [Bhw, K]. For study; encoding never forms them.</summary>
    public Tensor Distances(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = Rows(features).flatten(0, 1), codes = _quantizer.Codebook; // [R, D], [K, D]
        Tensor crossed = addmm(codes.square().sum(1), rows, codes.t(), 1, -2);
        return (rows.square().sum(1, keepdim: true) + crossed).MoveToOuterDisposeScope();
    }

    /// <summary>How likely each code is, by distance: [B, D, h, w] to [B, hw, K], rows summing to 1.</summary>
    /// <param name="features">Features before quantization.</param>
    /// <param name="temperature">Above 0; smaller is harder.</param>
    public Tensor SoftCodes(Tensor features, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = Distances(features) / -temperature;
        return functional.softmax(scores, dim: 1).view(features.size(0), -1, Config.CodebookSize).MoveToOuterDisposeScope();
    }

    /// <summary>Codes, int64 [B, n] with n a square or [B, h, w], to pictures [B, 3, H, W] clamped to 0..1.</summary>
    /// <exception cref="ArgumentException">The codes form no grid.</exception>
    public Tensor Decode(Tensor codes)
    {
        using DisposeScope scope = NewDisposeScope();
        return DecodeFeatures(Lookup(codes)).clamp(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Vectors [B, D, h, w] to pictures [B, 3, H, W], not clamped.</summary>
    public Tensor DecodeFeatures(Tensor features) => _decoder.call(features);

    /// <summary>Pictures to their reconstructions.</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return DecodeFeatures(Quantize(Features(input)).Quantized).MoveToOuterDisposeScope();
    }

    // The published loss of this quantizer has its 0.25 on the codebook's side.
    internal static VectorQuantizer CreateQuantizer(ProxyTokenizerConfig config) => new(new VectorQuantizerConfig
    {
        CodebookSize = config.CodebookSize,
        CodeDimension = config.CodeDimension,
        CommitmentCost = 1,
        CodebookCost = 0.25,
    });

    private Tensor Lookup(Tensor codes)
    {
        using DisposeScope scope = NewDisposeScope();
        if (codes.ndim == 3)
            return Grid(_quantizer.Decode(codes.flatten(1)), codes.size(1), codes.size(2)).MoveToOuterDisposeScope();
        long side = codes.ndim == 2 ? (long)Math.Round(Math.Sqrt(codes.size(1))) : 0;
        if (codes.ndim != 2 || side * side != codes.size(1))
            throw new ArgumentException($"codes [{string.Join(", ", codes.shape)}]: expected [B, n] with n a square, or [B, h, w]", nameof(codes));
        return Grid(_quantizer.Decode(codes), side, side).MoveToOuterDisposeScope();
    }

    private static Tensor Rows(Tensor features) => features.flatten(2).transpose(1, 2); // [B, hw, D]

    private static Tensor Grid(Tensor rows, long height, long width) => rows.transpose(1, 2).reshape(rows.size(0), -1, height, width); // [B, D, h, w]
}
