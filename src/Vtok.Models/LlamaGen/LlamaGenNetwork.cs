using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Models.Layers.Vqgan;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;
using static TorchSharp.torch.nn;

namespace Vtok.Models.LlamaGen;

/// <summary>LlamaGen's tokenizer (arXiv 2406.06525, section 2.1): a convolutional VQGAN with a small codebook dimension. Pictures are -1..1.</summary>
/// <remarks>Keys: encoder, quant_conv, quantize.embedding.weight, quantize.codebook_used, post_quant_conv, decoder. With another quantizer than
/// the published one its own keys stand behind "quantize.", if it has any.</remarks>
public sealed class LlamaGenNetwork : Module<Tensor, Tensor>
{
    // Statistics that only training needs.
    private static readonly string[] TrainingOnly = ["codebook_used", "embed_prob", "cluster_size", "embed_avg"];

    [ComponentName(Name = "encoder")] private readonly VqganEncoder _encoder;
    [ComponentName(Name = "quant_conv")] private readonly Conv2d _toCodes;
    [ComponentName(Name = "quantize")] private readonly Module<Tensor, Tensor> _quantizer;
    [ComponentName(Name = "post_quant_conv")] private readonly Conv2d _fromCodes;
    [ComponentName(Name = "decoder")] private readonly VqganDecoder _decoder;

    /// <summary>Creates the network; its values are undefined until loaded or <see cref="Initialize"/>d.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public LlamaGenNetwork(LlamaGenConfig config) : base(nameof(LlamaGenNetwork))
    {
        config.Validate();
        Config = config;
        _encoder = new VqganEncoder(config.Encoder);
        _toCodes = new Conv2d(config.LatentChannels, config.CodeDimension, 1);
        _quantizer = config.Quantizer.Create();
        _fromCodes = new Conv2d(config.CodeDimension, config.LatentChannels, 1);
        _decoder = new VqganDecoder(config.Decoder);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public LlamaGenConfig Config { get; }

    /// <summary>What stands between encoder and decoder, owned by this module; an <see cref="ILearnedCodes"/> where it has codebooks.</summary>
    public IQuantizer Quantizer => (IQuantizer)_quantizer;

    /// <summary>Weight of the layer that makes the pixels, owned by this module.</summary>
    public Tensor LastLayer => _decoder.LastLayer;

    /// <summary>Whether training keeps only the input of each residual block, attention and change of size, and computes them again in the backward
    /// pass: less memory, a third more time.</summary>
    public bool Checkpointing
    {
        get => _encoder.Checkpointing;
        set => _encoder.Checkpointing = _decoder.Checkpointing = value;
    }

    /// <summary>Builds the network for use, without what only training needs, and loads its weights.</summary>
    /// <exception cref="CheckpointException">The weights do not fit the config.</exception>
    internal static LlamaGenNetwork Load(LlamaGenConfig config, IWeightSource weights, Device? device = null)
    {
        SizeCheck.Require(config.ApproximateParameters, weights);
        LlamaGenNetwork network = new(config with { ShowUsage = false, Learning = CodebookLearning.Gradient });
        try
        {
            WeightLoader.Load(network, weights, device, ignore: name => TrainingOnly.Contains(name[(name.LastIndexOf('.') + 1)..]));
            network.eval();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Draws all weights: the framework's default for convolutions, the published start for the codebook.</summary>
    public void Initialize(Generator generator)
    {
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
            convolution.Initialize(generator);
        (_quantizer as ILearnedCodes)?.Initialize(generator);
    }

    /// <summary>Pictures [B, 3, H, W] to what the encoder gives [B, z, h, w].</summary>
    public Tensor Features(Tensor pixels) => _encoder.call(pixels);

    /// <summary>The encoder's features [B, z, h, w] to vectors [B, D, h, w], not yet normalised.</summary>
    public Tensor Vectors(Tensor features) => _toCodes.call(features);

    /// <summary>Pictures [B, 3, H, W] to ids, int64 [B, h, w].</summary>
    public Tensor Encode(Tensor pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor vectors = Vectors(Features(pixels)).permute(0, 2, 3, 1); // [B, h, w, D]
        return Quantizer.Encode(vectors).MoveToOuterDisposeScope();
    }

    /// <summary>Vectors [B, D, h, w] quantized for training: vectors [B, D, h, w], ids [B, h, w], losses.</summary>
    public QuantizerOutput Quantize(Tensor vectors)
    {
        using DisposeScope scope = NewDisposeScope();
        QuantizerOutput output = Quantizer.Quantize(vectors.permute(0, 2, 3, 1));
        foreach (Tensor tensor in output.Losses.Values.Append(output.Ids))
            tensor.MoveToOuterDisposeScope();
        // Contiguous: as it stands it is channels last, where group norms and with them the whole decoder learn slower on processors.
        return output with { Quantized = output.Quantized.permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope() };
    }

    /// <summary>Ids, int64 [B, h, w], to vectors [B, D, h, w], normalised where the codebook is.</summary>
    public Tensor Lookup(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        return Quantizer.Decode(ids).permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Vectors [B, D, h, w] to pictures [B, 3, H, W], nominally in -1..1 and not clamped.</summary>
    public Tensor DecodeVectors(Tensor vectors)
    {
        using DisposeScope scope = NewDisposeScope();
        return _decoder.call(_fromCodes.call(vectors)).MoveToOuterDisposeScope();
    }

    /// <summary>Ids, int64 [B, h, w], to pictures [B, 3, H, W], nominally in -1..1 and not clamped.</summary>
    public Tensor Decode(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        return DecodeVectors(Lookup(ids)).MoveToOuterDisposeScope();
    }

    /// <summary>Pictures to their reconstructions.</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return DecodeVectors(Quantize(Vectors(Features(input))).Quantized).MoveToOuterDisposeScope();
    }
}
