using TorchSharp.Utils;
using Vtok.Models.Layers;
using Vtok.Models.Layers.Vision;
using Vtok.Models.Quantizers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>The encoder's side of LaVIT with the published parameter names: tower, selector, merger, codebook.</summary>
/// <remarks>Keys: encoder, token_predictor, causal_encoder, quantize, encode_task_layer, vit_proj. Values are undefined until loaded or <see cref="Initialize"/>d.</remarks>
public sealed class LavitNetwork : Module<Tensor, Tensor>
{
    internal const double StartDeviation = 0.02;

    [ComponentName(Name = "encoder")] private readonly EvaVit _tower;
    [ComponentName(Name = "token_predictor")] private readonly TokenSelector _selector;
    [ComponentName(Name = "causal_encoder")] private readonly TokenMerger _merger;
    [ComponentName(Name = "quantize")] private readonly CosineQuantizer _quantizer;
    [ComponentName(Name = "encode_task_layer")] private readonly TwoLayerHead _narrow;
    [ComponentName(Name = "vit_proj")] private readonly Linear? _language;

    /// <summary>Creates the network.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public LavitNetwork(LavitConfig config) : base(nameof(LavitNetwork))
    {
        config.Validate();
        Config = config;
        _tower = new EvaVit(config.Tower);
        _selector = new TokenSelector(config.Width);
        _merger = new TokenMerger(config.Width, config.MergerDepth, config.Heads, config.MlpWidth);
        _quantizer = new CosineQuantizer(new CosineQuantizerConfig { CodebookSize = config.Codes, CodeDimension = config.CodeDimension });
        _narrow = new TwoLayerHead(config.Width, config.Width, config.CodeDimension, Activation.Tanh);
        _language = config.LanguageWidth is { } width ? new Linear(config.Width, width) : null;
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public LavitConfig Config { get; }

    /// <summary>Decides which patches become tokens; owned by this module.</summary>
    public TokenSelector Selector => _selector;

    /// <summary>Folds dropped patches into kept ones; owned by this module.</summary>
    public TokenMerger Merger => _merger;

    /// <summary>The codebook; owned by this module.</summary>
    public CosineQuantizer Quantizer => _quantizer;

    /// <summary>Small normal draws, biases zero, codes of random direction.</summary>
    public void Initialize(Generator generator)
    {
        _tower.Initialize(generator);
        _selector.Initialize(StartDeviation, generator);
        _merger.Initialize(StartDeviation, generator);
        _quantizer.Initialize(generator);
        _narrow.Initialize(StartDeviation, generator);
        _language?.Initialize(StartDeviation, generator);
    }

    /// <summary>As <see cref="Features"/>.</summary>
    public override Tensor forward(Tensor images) => Features(images);

    /// <summary>Normalised pictures [B, 3, S, S] to the features of their patches [B, N, C], those after the tower's last block, without its norm.</summary>
    /// <exception cref="ArgumentException">The pictures are of another size.</exception>
    public Tensor Features(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = _tower.call(images);                                                       // [B, 1+N, C]
        return tokens.narrow(1, 1, tokens.size(1) - 1).contiguous().MoveToOuterDisposeScope();     // [B, N, C]
    }

    /// <summary>The rows of the kept patches of all pictures one after the other: [B, N, C] and bool [B, N] to [T, C].</summary>
    public static Tensor Kept(Tensor merged, Tensor keep)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = keep.flatten().nonzero().squeeze(1);
        return merged.reshape(-1, merged.size(2)).index_select(0, rows).MoveToOuterDisposeScope();
    }

    /// <summary>Merged features to what the codebook compares: [..., C] to [..., D].</summary>
    public Tensor Narrow(Tensor merged) => _narrow.call(merged);

    /// <summary>Merged features as the language model reads them when it looks at pictures, with no codebook between: [..., C] to [..., E].</summary>
    /// <exception cref="InvalidOperationException">The projection (vit_proj) is not there; the authors keep it beside the language model.</exception>
    public Tensor LanguageFeatures(Tensor merged) =>
        (_language ?? throw new InvalidOperationException("vit_proj is not in these weights; it is published in visual_weight.bin beside the language model")).call(merged);
}
