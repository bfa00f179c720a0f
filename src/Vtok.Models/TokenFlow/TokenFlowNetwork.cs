using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Models.Layers.Vqgan;
using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>TokenFlow (arXiv 2412.03069) under its published names: two encoders, one index, two decoders. Pictures are in -1..1.</summary>
/// <remarks>Values are undefined until loaded.</remarks>
public sealed class TokenFlowNetwork : Module<Tensor, Tensor>
{
    /// <summary>A training statistic in published files that nothing here reads.</summary>
    public const string UsageBuffer = "quantize.codebook_used";

    [ComponentName(Name = "encoder")] private readonly VqganEncoder _pixelEncoder;
    [ComponentName(Name = "decoder")] private readonly VqganDecoder _pixelDecoder;
    [ComponentName(Name = "quant_conv")] private readonly Conv2d _toCode;
    [ComponentName(Name = "post_quant_conv")] private readonly Conv2d _fromCode;
    [ComponentName(Name = "encoder_vqkd")] private readonly Module<Tensor, Tensor> _semanticEncoder;
    [ComponentName(Name = "encode_task_layer")] private readonly TwoLayerHead _toSemanticCode;
    [ComponentName(Name = "decoder_vqkd")] private readonly SemanticDecoder _semanticDecoder;
    [ComponentName(Name = "decode_task_layer")] private readonly TwoLayerHead _toTeacher;
    [ComponentName(Name = "scaling_layer")] private readonly PixelScaling? _scaling;
    [ComponentName(Name = "quantize")] private readonly SharedQuantizer _quantizer;
    private readonly ScalePyramid _pyramid;

    /// <summary>Creates the network.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public TokenFlowNetwork(TokenFlowConfig config) : base(nameof(TokenFlowNetwork))
    {
        config.Validate();
        Config = config;
        int latent = config.Encoder.LatentChannels, width = config.Vision.Width;
        _pixelEncoder = new VqganEncoder(config.Encoder);
        _pixelDecoder = new VqganDecoder(config.Decoder);
        _toCode = new Conv2d(latent, config.PixelCodeDimension, 1);
        _fromCode = new Conv2d(config.PixelCodeDimension, latent, 1);
        _semanticEncoder = config.Vision switch
        {
            ClipVisionConfig clip => new ClipVisionEncoder(clip),
            SigLipVisionConfig sigLip => new SigLipVisionEncoder(sigLip),
            ViTaminConfig vitamin => new ViTaminEncoder(vitamin),
            _ => throw new ArgumentException($"{config.Vision.GetType().Name}: unknown kind of semantic encoder", nameof(config)),
        };
        _toSemanticCode = new TwoLayerHead(width, width, config.SemanticCodeDimension, Activation.Tanh);
        _semanticDecoder = new SemanticDecoder(config);
        _toTeacher = new TwoLayerHead(width, width, config.TeacherWidth, Activation.Tanh);
        // Quirk: the CLIP variant feeds its encoder the raw -1..1 picture, though its teacher gets the normalised one; normalising here would change every id.
        _scaling = config.Teacher == TokenFlowTeacher.Clip ? null : new PixelScaling(config.Teacher);
        _quantizer = new SharedQuantizer(config.Quantizer) { Weights = config.Weights };
        _pyramid = new ScalePyramid(config.Scales, _quantizer);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public TokenFlowConfig Config { get; }

    /// <summary>Both codebooks, owned by this network.</summary>
    public SharedQuantizer Quantizer => _quantizer;

    /// <summary>What the semantic encoder says of pictures [B, 3, S, S]: [B, g^2, W], row by row.</summary>
    public Tensor SemanticTokens(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        return _semanticEncoder.call(_scaling?.call(pictures) ?? pictures).MoveToOuterDisposeScope();
    }

    /// <summary>The maps of pictures [B, 3, S, S] before quantisation.</summary>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public TokenFlowFeatures Features(Tensor pictures)
    {
        int grid = Config.Scales.Last;
        ModelInput.RequirePictures(pictures, Config.PictureSize);
        using DisposeScope scope = NewDisposeScope();
        Tensor semantic = _toSemanticCode.call(SemanticTokens(pictures)).transpose(1, 2)   // [B, 32, g^2]
            .reshape(pictures.size(0), Config.SemanticCodeDimension, grid, grid);          // [B, 32, g, g]
        Tensor pixel = _toCode.call(_pixelEncoder.call(PixelInput(pictures)));             // [B, 8, g, g]
        return new TokenFlowFeatures(semantic.MoveToOuterDisposeScope(), pixel.MoveToOuterDisposeScope());
    }

    /// <summary>What the pixel encoder reads: pictures resized to its own size, which only SigLIP's differs from [B, 3, f g, f g].</summary>
    public Tensor PixelInput(Tensor pictures) => pictures.size(2) == Config.PixelSize ? pictures.alias() : ScalePyramid.Resize(pictures, Config.PixelSize);

    /// <summary>A joint map [B, 40, g, g] to the ids of the first <paramref name="scales"/> scales, or all: int64 [B, T]. No gradient.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 1 to the number of scales.</exception>
    public Tensor Ids(Tensor map, int? scales = null)
    {
        int count = scales ?? Config.Scales.Sides.Count;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(scales));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Config.Scales.Sides.Count, nameof(scales));
        return _pyramid.Encode(map, count);
    }

    /// <summary>The ids of whole scales to their summed map: int64 [B, T] to [B, 40, g, g].</summary>
    /// <exception cref="ArgumentException">The ids end inside a scale.</exception>
    public Tensor Map(Tensor ids) => _pyramid.Decode(ids);

    /// <summary>A joint map to the features of the teacher: [B, 40, g, g] to [B, g^2, out].</summary>
    public Tensor DecodeSemantics(Tensor map)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = _semanticDecoder.call(map.narrow(1, 0, Config.SemanticCodeDimension)); // [B, g^2, W]
        return _toTeacher.call(tokens).MoveToOuterDisposeScope();
    }

    /// <summary>A joint map to pictures: [B, 40, g, g] to [B, 3, S, S], nominally in -1..1 and not clamped. Never runs the semantic decoder.</summary>
    public Tensor DecodePixels(Tensor map)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor pixel = map.narrow(1, Config.SemanticCodeDimension, Config.PixelCodeDimension);
        Tensor pictures = _pixelDecoder.call(_fromCode.call(pixel)); // [B, 3, f g, f g]
        Tensor sized = pictures.size(2) == Config.PictureSize ? pictures : ScalePyramid.Resize(pictures, Config.PictureSize);
        return sized.MoveToOuterDisposeScope();
    }

    /// <summary>Pictures to ids and back: [B, 3, S, S] to the same.</summary>
    public override Tensor forward(Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        return DecodePixels(Map(Ids(Features(pictures).Joint()))).MoveToOuterDisposeScope();
    }
}
