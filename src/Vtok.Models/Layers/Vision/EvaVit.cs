using System.Globalization;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vision;

/// <summary>The vision tower of EVA-CLIP (arXiv 2303.15389) as BLIP-2 uses it: [B, 3, H, W] to all tokens [B, 1+N, C], class token first.</summary>
/// <remarks>
/// Keys: cls_token, pos_embed, patch_embed.proj, blocks.i, rel_pos_bias (shared table), norm and head (only with a head).
/// The tokens are those after the last block, not normalised. Values are undefined until loaded or <see cref="Initialize"/>d.
/// </remarks>
public sealed class EvaVit : Module<Tensor, Tensor>
{
    private const double StartDeviation = 0.02;

    [ComponentName(Name = "cls_token")] private readonly TorchSharp.Modules.Parameter _classToken;    // [1, 1, C]
    [ComponentName(Name = "pos_embed")] private readonly TorchSharp.Modules.Parameter? _positions;    // [1, 1+N, C]
    [ComponentName(Name = "patch_embed")] private readonly PatchEmbedding _patches;
    [ComponentName(Name = "rel_pos_bias")] private readonly RelativePositionBias? _sharedBias;
    [ComponentName(Name = "blocks")] private readonly TorchSharp.Modules.ModuleList<EvaBlock> _blocks;
    [ComponentName(Name = "norm")] private readonly LayerNorm? _norm;
    [ComponentName(Name = "head")] private readonly Linear? _head;

    /// <summary>Creates the tower.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public EvaVit(EvaVitConfig config) : base(nameof(EvaVit))
    {
        config.Validate();
        Config = config;
        _classToken = new TorchSharp.Modules.Parameter(empty(1, 1, config.Width));
        _positions = config.AbsolutePositions ? new TorchSharp.Modules.Parameter(empty(1, config.Tokens, config.Width)) : null;
        _patches = new PatchEmbedding(config.Width, config.PatchSize);
        _sharedBias = config.SharedRelativePositions ? new RelativePositionBias(config.Grid, config.Heads) : null;
        _blocks = new TorchSharp.Modules.ModuleList<EvaBlock>([.. Enumerable.Range(0, config.Depth).Select(_ => new EvaBlock(config))]);
        _norm = config.HeadOutputs is null ? null : new LayerNorm(config.Width, config.NormEpsilon);
        _head = config.HeadOutputs is { } outputs ? new Linear(config.Width, outputs) : null;
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public EvaVitConfig Config { get; }

    /// <summary>The published start: small normal draws, biases zero, outputs of block i divided by sqrt(2 (i + 1)).</summary>
    public void Initialize(Generator generator)
    {
        Initialization.TruncatedNormal(_classToken, StartDeviation, generator);
        if (_positions is not null)
            Initialization.TruncatedNormal(_positions, StartDeviation, generator);
        _patches.Initialize(generator);
        for (int i = 0; i < _blocks.Count; i++)
            _blocks[i].Initialize(StartDeviation, i + 1, generator);
        _head?.Initialize(StartDeviation, generator);
    }

    /// <summary>All tokens after the last block, not normalised.</summary>
    /// <param name="images">[B, 3, S, S], normalised as the checkpoint expects.</param>
    /// <returns>[B, 1+N, C].</returns>
    /// <exception cref="ArgumentException">The pictures are of another size.</exception>
    public override Tensor forward(Tensor images) => Features(images, null);

    /// <summary>The normalised class token [B, C] and the head's outputs [B, K] for tokens of <see cref="forward"/>.</summary>
    /// <exception cref="InvalidOperationException">The tower has no head.</exception>
    public (Tensor ClassFeature, Tensor Logits) Classify(Tensor tokens)
    {
        if (_norm is null || _head is null)
            throw new InvalidOperationException("this tower has no head");
        using DisposeScope scope = NewDisposeScope();
        Tensor feature = _norm.call(tokens).select(1, 0); // [B, C]
        return (feature.MoveToOuterDisposeScope(), _head.call(feature).MoveToOuterDisposeScope());
    }

    /// <summary>As <see cref="forward"/>, noting the patches and the output of every block.</summary>
    internal Tensor Features(Tensor images, IDictionary<string, Tensor>? trace)
    {
        if (images.ndim != 4 || images.size(1) != 3 || images.size(2) != Config.ImageSize || images.size(3) != Config.ImageSize)
            throw new ArgumentException($"pictures [{string.Join(", ", images.shape)}], expected [B, 3, {Config.ImageSize}, {Config.ImageSize}]", nameof(images));
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = _patches.call(images);                                                      // [B, N, C]
        Note(trace, "patch_embed", patches);
        Tensor x = cat([_classToken.expand(images.size(0), -1, -1), patches], dim: 1);               // [B, 1+N, C]
        if (_positions is not null)
            x = x + _positions;
        Tensor? bias = _sharedBias?.Scores();                                                          // [H, 1+N, 1+N]
        for (int i = 0; i < _blocks.Count; i++)
        {
            Tensor next = _blocks[i].Run(x, bias);
            x.Dispose(); // at once: a graph, where there is one, holds what it needs
            x = next;
            Note(trace, string.Create(CultureInfo.InvariantCulture, $"block{i}"), x);
        }
        return x.MoveToOuterDisposeScope();
    }

    private static void Note(IDictionary<string, Tensor>? trace, string name, Tensor x)
    {
        if (trace is not null)
            trace[name] = x.detach().clone().MoveToOuterDisposeScope();
    }
}
