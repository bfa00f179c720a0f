using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Models.Quantizers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>The network of TiTok, TA-TiTok and One-D-Piece with the published parameter names.</summary>
/// <remarks>Values are undefined until loaded or <see cref="Initialize"/>d.</remarks>
public sealed class OneDPieceNetwork : Module<Tensor, Tensor>
{
    internal const double WeightDeviation = 0.02; // of linear and convolution weights, as published

    [ComponentName(Name = "latent_tokens")] private readonly TorchSharp.Modules.Parameter _latentTokens; // [N, D]
    [ComponentName(Name = "encoder")] private readonly OneDPieceEncoder _encoder;
    [ComponentName(Name = "quantize")] private readonly VectorQuantizer? _quantizer;
    [ComponentName(Name = "decoder")] private readonly OneDPieceDecoder _decoder;
    [ComponentName(Name = "pixel_quantize")] private readonly VectorQuantizer? _pixelCodes;
    [ComponentName(Name = "pixel_decoder")] private readonly ProxyDecoder? _pixelDecoder;

    /// <summary>Creates the network.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public OneDPieceNetwork(OneDPieceConfig config) : base(nameof(OneDPieceNetwork))
    {
        config.Validate();
        Config = config;
        _latentTokens = new TorchSharp.Modules.Parameter(empty(config.LatentTokens, config.Encoder.Width));
        _encoder = new OneDPieceEncoder(config);
        if (!config.Continuous)
            _quantizer = new VectorQuantizer(new VectorQuantizerConfig
            {
                CodebookSize = config.CodebookSize,
                CodeDimension = config.TokenSize,
                Normalize = config.Normalize,
                CommitmentCost = config.CommitmentCost,
                Learning = config.Clustering ? CodebookLearning.Clustering : CodebookLearning.Gradient,
            });
        _decoder = new OneDPieceDecoder(config);
        if (config.Form == OneDPieceForm.TwoStage)
        {
            _pixelCodes = ProxyTokenizer.CreateQuantizer(config.Proxy);
            _pixelDecoder = new ProxyDecoder(config.Proxy);
        }
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public OneDPieceConfig Config { get; }

    /// <summary>The quantizer, owned by this module; null for continuous models.</summary>
    public VectorQuantizer? Quantizer => _quantizer;

    /// <summary>Whether training computes both transformers' blocks again in the backward pass instead of keeping what is inside them. Default: false.</summary>
    public bool Checkpointing
    {
        get => _encoder.Transformer.Checkpointing;
        set => _encoder.Transformer.Checkpointing = _decoder.Transformer.Checkpointing = value;
    }

    /// <summary>Draws all weights as the published training starts.</summary>
    public void Initialize(Generator generator)
    {
        Initialization.Normal(_latentTokens, 1 / Math.Sqrt(Config.Encoder.Width), generator);
        _encoder.Initialize(generator);
        _quantizer?.Initialize(generator);
        _decoder.Initialize(generator);
        _pixelCodes?.Initialize(generator);
        _pixelDecoder?.Initialize(generator);
    }

    /// <summary>Pictures [B, 3, S, S] in 0..1 to latents before quantization [B, C, 1, N]; [B, 2C, 1, N] for continuous models.</summary>
    /// <exception cref="ArgumentException">The pictures have another size.</exception>
    public Tensor Encode(Tensor pixels)
    {
        ModelInput.RequirePictures(pixels, Config.CropSize);
        return _encoder.call(pixels, _latentTokens);
    }

    /// <summary>Pictures [B, 3, S, S] to latents at the encoder's width [B, N, D], before they are narrowed for quantization.</summary>
    public Tensor EncodeWide(Tensor pixels)
    {
        ModelInput.RequirePictures(pixels, Config.CropSize);
        return _encoder.Latents(pixels, _latentTokens);
    }

    /// <summary>Latents [B, C, 1, N] to ids, int64 [B, N].</summary>
    /// <exception cref="InvalidOperationException">The model is continuous.</exception>
    public Tensor Ids(Tensor latents)
    {
        using DisposeScope scope = NewDisposeScope();
        return Discrete().Encode(Rows(latents)).MoveToOuterDisposeScope();
    }

    /// <summary>Latents [B, C, 1, N] quantized: vectors [B, C, 1, N], ids [B, N], losses.</summary>
    /// <remarks>In the two-stage form the encoder's side is frozen: as published, all losses are exactly zero then.</remarks>
    /// <exception cref="InvalidOperationException">The model is continuous.</exception>
    public QuantizerOutput Quantize(Tensor latents)
    {
        using DisposeScope scope = NewDisposeScope();
        QuantizerOutput output = Discrete().Quantize(Rows(latents));
        Dictionary<string, Tensor> losses = output.Losses.ToDictionary(term => term.Key, term =>
            (Config.Form == OneDPieceForm.TwoStage ? term.Value * 0 : term.Value).MoveToOuterDisposeScope());
        return new QuantizerOutput(Columns(output.Quantized).MoveToOuterDisposeScope(), output.Ids.MoveToOuterDisposeScope(), losses);
    }

    /// <summary>Latents [B, 2C, 1, N] as a distribution; the caller disposes it.</summary>
    /// <exception cref="InvalidOperationException">The model is discrete.</exception>
    public DiagonalGaussian Distribution(Tensor latents) =>
        Config.Continuous ? new DiagonalGaussian(latents) : throw new InvalidOperationException("a discrete model has no distribution: use Quantize");

    /// <summary>Ids, int64 [B, n] or [B, 1, n], to vectors [B, C, 1, n].</summary>
    /// <exception cref="InvalidOperationException">The model is continuous.</exception>
    public Tensor Lookup(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = ids.ndim == 3 ? ids.squeeze(1) : ids;
        return Columns(Discrete().Decode(flat)).MoveToOuterDisposeScope();
    }

    /// <summary>Vectors [B, C, 1, n] to pictures [B, 3, S, S], not clamped; in the stage-one form to proxy logits [B, K, g, g].</summary>
    /// <param name="quantized">Vectors; n is N, or 1 to N for nested models.</param>
    /// <param name="length">Use only the first so many; null for all.</param>
    /// <param name="text">Text features [B, T, E] where the model reads them, else null.</param>
    /// <exception cref="ArgumentException">A count or the text does not fit the model.</exception>
    public Tensor Decode(Tensor quantized, int? length = null, Tensor? text = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor output = Transform(quantized, length, text);
        if (Config.Form == OneDPieceForm.TwoStage)
            output = _pixelDecoder!.call(PixelStates(output));
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="Decode"/>, but stopping at the proxy logits [B, K, g, g] of the two forms that have them.</summary>
    /// <exception cref="InvalidOperationException">The form is one-stage.</exception>
    public Tensor ProxyLogits(Tensor quantized, int? length = null, Tensor? text = null) =>
        Config.Legacy ? Transform(quantized, length, text) : throw new InvalidOperationException("a one-stage model predicts no proxy codes");

    /// <summary>Proxy logits [B, K, g, g] to the mixture of pixel codes that they weigh [B, D, g, g]; no code is chosen.</summary>
    /// <exception cref="InvalidOperationException">The form is not two-stage.</exception>
    public Tensor PixelStates(Tensor logits)
    {
        if (_pixelCodes is null)
            throw new InvalidOperationException("only two-stage models have pixel codes");
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = functional.softmax(logits.permute(0, 2, 3, 1), dim: -1); // [B, g, g, K]
        return _pixelCodes.Mix(weights).permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Pictures to their reconstructions (proxy logits in the stage-one form); continuous models decode the mean.</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor latents = Encode(input);
        if (Config.Continuous)
        {
            using DiagonalGaussian gaussian = Distribution(latents);
            return Decode(gaussian.Mean).MoveToOuterDisposeScope();
        }
        return Decode(Quantize(latents).Quantized).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>In the two-stage form the quantizer stays out of training mode, in which looking codes up would move them.</remarks>
    public override void train(bool train = true)
    {
        base.train(train);
        if (Config.Form == OneDPieceForm.TwoStage)
            _quantizer?.eval();
    }

    private Tensor Transform(Tensor quantized, int? length, Tensor? text)
    {
        using DisposeScope scope = NewDisposeScope();
        long count = Math.Min(length ?? quantized.size(3), quantized.size(3));
        int least = Config.Nested ? 1 : Config.LatentTokens;
        if (count < least || count > Config.LatentTokens)
            throw new ArgumentException($"{count} tokens, expected {(least == Config.LatentTokens ? "" : "1 to ")}{Config.LatentTokens}");
        if (Config.Text is { } shape && (text is null || text.ndim != 3 || text.size(0) != quantized.size(0) || text.size(1) != shape.Length || text.size(2) != shape.Width))
            throw new ArgumentException($"this decoder reads text features [{quantized.size(0)}, {shape.Length}, {shape.Width}], found "
                + (text is null ? "none" : $"[{string.Join(", ", text.shape)}]"));
        if (Config.Text is null && text is not null)
            throw new ArgumentException("this decoder reads no text");
        return _decoder.call(quantized.narrow(3, 0, count), text).MoveToOuterDisposeScope();
    }

    private VectorQuantizer Discrete() =>
        _quantizer ?? throw new InvalidOperationException("a continuous model (quantize_mode \"vae\") has no ids");

    private static Tensor Rows(Tensor latents) => latents.squeeze(2).transpose(1, 2); // [B, N, C]

    private static Tensor Columns(Tensor rows) => rows.transpose(1, 2).unsqueeze(2); // [B, C, 1, N]
}
