using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>Vision transformer that fills P mask tokens from the latents (arXiv 2406.07550, section 3.2), optionally beside text (arXiv 2501.07730).</summary>
/// <remarks>Fewer latents make a shorter sequence: no padding, no attention mask (arXiv 2501.10064).</remarks>
internal sealed class OneDPieceDecoder : Module<Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "decoder_embed")] private readonly Linear _embed;
    [ComponentName(Name = "class_embedding")] private readonly TorchSharp.Modules.Parameter _class;                // [1, D]
    [ComponentName(Name = "positional_embedding")] private readonly TorchSharp.Modules.Parameter _positions;       // [P + 1, D]
    [ComponentName(Name = "mask_token")] private readonly TorchSharp.Modules.Parameter _mask;                      // [1, 1, D]
    [ComponentName(Name = "latent_token_positional_embedding")] private readonly TorchSharp.Modules.Parameter _latentPositions; // [N, D]
    [ComponentName(Name = "text_guidance_proj")] private readonly Linear? _textProject;
    [ComponentName(Name = "text_guidance_positional_embedding")] private readonly TorchSharp.Modules.Parameter? _textPositions; // [T, D]
    [ComponentName(Name = "ln_pre")] private readonly LayerNorm _normIn;
    [ComponentName(Name = "transformer")] private readonly TransformerStack _transformer;
    [ComponentName(Name = "ln_post")] private readonly LayerNorm _normOut;
    [ComponentName(Name = "ffn")] private readonly Module<Tensor, Tensor> _head;
    [ComponentName(Name = "conv_out")] private readonly Conv2d? _smooth;
    private readonly OneDPieceConfig _config;

    public OneDPieceDecoder(OneDPieceConfig config) : base(nameof(OneDPieceDecoder))
    {
        TransformerSize size = config.Decoder;
        int patches = config.DecoderGrid * config.DecoderGrid;
        _config = config;
        _embed = new Linear(config.TokenSize, size.Width);
        _class = new TorchSharp.Modules.Parameter(empty(1, size.Width));
        _positions = new TorchSharp.Modules.Parameter(empty(patches + 1, size.Width));
        _mask = new TorchSharp.Modules.Parameter(empty(1, 1, size.Width));
        _latentPositions = new TorchSharp.Modules.Parameter(empty(config.LatentTokens, size.Width));
        if (config.Text is { } text)
        {
            _textProject = new Linear(text.Width, size.Width);
            _textPositions = new TorchSharp.Modules.Parameter(empty(text.Length, size.Width));
        }
        _normIn = new LayerNorm(size.Width);
        _transformer = new TransformerStack(size.Width, size.Layers, size.Heads);
        _normOut = new LayerNorm(size.Width);
        _head = config.Legacy ? new ProxyCodeHead(size.Width, config.Proxy.CodebookSize) : new PatchHead(size.Width, config.DecoderPatch);
        _smooth = config.Legacy ? null : new Conv2d(3, 3, 3, padding: 1);
        RegisterComponents();
    }

    /// <summary>The blocks, owned by this module.</summary>
    public TransformerStack Transformer => _transformer;

    public void Initialize(Generator generator)
    {
        double scale = 1 / Math.Sqrt(_config.Decoder.Width);
        foreach (Tensor? table in new Tensor?[] { _class, _positions, _mask, _latentPositions, _textPositions })
            if (table is not null)
                Initialization.Normal(table, scale, generator);
        _transformer.Initialize(OneDPieceNetwork.WeightDeviation, generator);
        // Quirk: the text-aware decoder is built after the model-wide initialisation, so its layers outside the blocks' attention keep the
        // framework's default there. One start for both is kept here: no published weight depends on it.
        _embed.Initialize(OneDPieceNetwork.WeightDeviation, generator);
        _textProject?.Initialize(OneDPieceNetwork.WeightDeviation, generator);
        if (_head is ProxyCodeHead codes)
            codes.Initialize(OneDPieceNetwork.WeightDeviation, generator);
        else
            ((PatchHead)_head).Initialize(OneDPieceNetwork.WeightDeviation, generator);
        _smooth?.Initialize(OneDPieceNetwork.WeightDeviation, generator);
    }

    /// <summary>Latents [B, C, 1, W] with W of 1 to N, and text [B, T, E] where the model reads it, to proxy logits [B, K, g, g] or pictures [B, 3, S, S].</summary>
    public override Tensor forward(Tensor latents, Tensor? text)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = latents.size(0), count = latents.size(3), width = _config.Decoder.Width, grid = _config.DecoderGrid, patches = grid * grid;
        Tensor tokens = _embed.call(latents.squeeze(2).transpose(1, 2)) + _latentPositions.narrow(0, 0, count);          // [B, W, D]
        Tensor canvas = cat([_class.expand(batch, 1, width), _mask.expand(batch, patches, width)], 1) + _positions;     // [B, 1 + P, D]
        List<Tensor> sequence = [canvas, tokens];
        if (_textProject is not null)
            sequence.Add(_textProject.call(text!) + _textPositions!);                                                    // [B, T, D]
        Tensor mixed = _transformer.call(_normIn.call(cat(sequence, 1)));                                                // [B, L, D]
        Tensor filled = _normOut.call(mixed.narrow(1, 1, patches));                                                      // [B, P, D]
        Tensor output = _head.call(filled.transpose(1, 2).reshape(batch, width, grid, grid));
        return (_smooth is null ? output : _smooth.call(output)).MoveToOuterDisposeScope();
    }
}
