using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>Vision transformer that lets N latent tokens read the patches of a picture (arXiv 2406.07550, section 3.2).</summary>
internal sealed class OneDPieceEncoder : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "patch_embed")] private readonly Conv2d _patchEmbed;
    [ComponentName(Name = "class_embedding")] private readonly TorchSharp.Modules.Parameter _class;                // [1, D]
    [ComponentName(Name = "positional_embedding")] private readonly TorchSharp.Modules.Parameter _positions;       // [P + 1, D]
    [ComponentName(Name = "latent_token_positional_embedding")] private readonly TorchSharp.Modules.Parameter _latentPositions; // [N, D]
    [ComponentName(Name = "ln_pre")] private readonly LayerNorm _normIn;
    [ComponentName(Name = "transformer")] private readonly TransformerStack _transformer;
    [ComponentName(Name = "ln_post")] private readonly LayerNorm _normOut;
    [ComponentName(Name = "conv_out")] private readonly Conv2d _project;
    private readonly OneDPieceConfig _config;

    public OneDPieceEncoder(OneDPieceConfig config) : base(nameof(OneDPieceEncoder))
    {
        TransformerSize size = config.Encoder;
        int patches = config.EncoderGrid * config.EncoderGrid;
        _config = config;
        _patchEmbed = new Conv2d(3, size.Width, config.EncoderPatch, stride: config.EncoderPatch);
        _class = new TorchSharp.Modules.Parameter(empty(1, size.Width));
        _positions = new TorchSharp.Modules.Parameter(empty(patches + 1, size.Width));
        _latentPositions = new TorchSharp.Modules.Parameter(empty(config.LatentTokens, size.Width));
        _normIn = new LayerNorm(size.Width);
        _transformer = new TransformerStack(size.Width, size.Layers, size.Heads);
        _normOut = new LayerNorm(size.Width);
        _project = new Conv2d(size.Width, config.Continuous ? 2 * config.TokenSize : config.TokenSize, 1);
        RegisterComponents();
    }

    /// <summary>The blocks, owned by this module.</summary>
    public TransformerStack Transformer => _transformer;

    public void Initialize(Generator generator)
    {
        double scale = 1 / Math.Sqrt(_config.Encoder.Width);
        _patchEmbed.Initialize(OneDPieceNetwork.WeightDeviation, generator);
        foreach (Tensor table in new Tensor[] { _class, _positions, _latentPositions })
            Initialization.Normal(table, scale, generator);
        _transformer.Initialize(OneDPieceNetwork.WeightDeviation, generator);
        _project.Initialize(OneDPieceNetwork.WeightDeviation, generator);
    }

    /// <summary>Pictures [B, 3, S, S] and latent tokens [N, D] to the latents before quantization [B, Co, 1, N].</summary>
    public override Tensor forward(Tensor pixels, Tensor latentTokens)
    {
        using DisposeScope scope = NewDisposeScope();
        return Project(Latents(pixels, latentTokens)).MoveToOuterDisposeScope();
    }

    /// <summary>The latents at the transformer's own width: [B, N, D].</summary>
    public Tensor Latents(Tensor pixels, Tensor latentTokens)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = pixels.size(0), width = _config.Encoder.Width, latents = _config.LatentTokens;
        Tensor patches = _patchEmbed.call(pixels).flatten(2).transpose(1, 2);                          // [B, P, D]
        Tensor picture = cat([_class.expand(batch, 1, width), patches], 1) + _positions;              // [B, 1 + P, D]
        Tensor queries = (latentTokens + _latentPositions).expand(batch, latents, width);              // [B, N, D]
        Tensor mixed = _transformer.call(_normIn.call(cat([picture, queries], 1)));                    // [B, 1 + P + N, D]
        return _normOut.call(mixed.narrow(1, mixed.size(1) - latents, latents)).MoveToOuterDisposeScope(); // [B, N, D]
    }

    private Tensor Project(Tensor latents)
    {
        long batch = latents.size(0), count = latents.size(1), width = latents.size(2);
        // Quirk: the first published models read the memory of [B, N, D] as [B, D, N, 1] without transposing, which mixes channels and
        // tokens. Their weights were trained so; a transpose here would make every published two-stage checkpoint useless.
        Tensor columns = _config.Legacy
            ? latents.contiguous().view(batch, width, count, 1)
            : latents.transpose(1, 2).unsqueeze(3);               // [B, D, N, 1]
        return _project.call(columns).transpose(2, 3);            // [B, Co, 1, N]
    }
}
