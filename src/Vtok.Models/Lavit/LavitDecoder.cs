using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>Codes of any number to the features of the whole grid, and to what a diffusion model is conditioned on (LaVIT, section 3.1).</summary>
/// <remarks>
/// The kept positions are not an input: the place of a code in the list is all that the decoder knows. Keys: in_proj, pos_embed, query_embed,
/// blocks.i, norm, decode_task_layer; unet_proj in the low resolution; unet_proj_1, unet_proj_2, unet_attnpool in the high one.
/// </remarks>
public sealed class LavitDecoder : Module
{
    private const double Shut = -10000; // added to the scores of padding, as published

    [ComponentName(Name = "in_proj")] private readonly Linear _input;
    [ComponentName(Name = "pos_embed")] private readonly TorchSharp.Modules.Parameter _positions; // [1, N, C]
    [ComponentName(Name = "query_embed")] private readonly TorchSharp.Modules.Parameter _queries; // [1, N, C]
    [ComponentName(Name = "blocks")] private readonly TorchSharp.Modules.ModuleList<DecoderBlock> _blocks;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;
    [ComponentName(Name = "decode_task_layer")] private readonly TwoLayerHead _output;
    [ComponentName(Name = "unet_proj")] private readonly Linear? _conditioning;
    [ComponentName(Name = "unet_proj_1")] private readonly Linear? _first;
    [ComponentName(Name = "unet_proj_2")] private readonly Linear? _second;
    [ComponentName(Name = "unet_attnpool")] private readonly AttentionPool? _pool;

    /// <summary>Creates the decoder.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public LavitDecoder(LavitDecoderConfig config) : base(nameof(LavitDecoder))
    {
        config.Validate();
        Config = config;
        _input = new Linear(config.CodeDimension, config.Width);
        _positions = new TorchSharp.Modules.Parameter(empty(1, config.Positions, config.Width));
        _queries = new TorchSharp.Modules.Parameter(empty(1, config.Positions, config.Width));
        _blocks = new TorchSharp.Modules.ModuleList<DecoderBlock>([.. Enumerable.Range(0, config.Depth).Select(_ => new DecoderBlock(config))]);
        _norm = new LayerNorm(config.Width, config.NormEpsilon);
        _output = new TwoLayerHead(config.Width, config.Width, config.FeatureWidth, Activation.Tanh);
        if (config is { SecondWidth: int second, PooledWidth: int pooled })
        {
            _first = new Linear(config.FeatureWidth, config.ConditioningWidth);
            _second = new Linear(config.FeatureWidth, second);
            _pool = new AttentionPool(config.Positions, config.FeatureWidth, config.Heads, pooled);
        }
        else
            _conditioning = new Linear(config.FeatureWidth, config.ConditioningWidth);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public LavitDecoderConfig Config { get; }

    /// <summary>Truncated normal weights, biases zero.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        Initialization.TruncatedNormal(_positions, deviation, generator);
        Initialization.TruncatedNormal(_queries, deviation, generator); // the published zeros would give all queries one answer
        foreach (Linear? layer in new[] { _input, _conditioning, _first, _second })
            layer?.Initialize(deviation, generator);
        foreach (DecoderBlock block in _blocks)
            block.Initialize(deviation, generator);
        _output.Initialize(deviation, generator);
        _pool?.Initialize(deviation, generator);
    }

    /// <summary>Codes to the features of the whole grid.</summary>
    /// <param name="codes">[T, D], the codes of all pictures one after the other, not normalised.</param>
    /// <param name="counts">How many of them each picture has, each 0..N; their sum is T.</param>
    /// <returns>[B, N, F], an estimate of the tower's features.</returns>
    /// <exception cref="ArgumentException">The counts do not fit.</exception>
    public Tensor Features(Tensor codes, IReadOnlyList<int> counts)
    {
        if (counts.Count == 0 || counts.Any(count => count < 0 || count > Config.Positions) || counts.Sum() != codes.size(0))
            throw new ArgumentException($"counts [{string.Join(", ", counts)}] of {codes.size(0)} codes: each must be 0..{Config.Positions}, and their sum all of them", nameof(counts));
        using DisposeScope scope = NewDisposeScope();
        Tensor input = _input.call(codes);                                                 // [T, C]
        long longest = Math.Max(1, counts.Max());
        Tensor padded = Pad(input, counts, longest) + _positions.narrow(1, 0, longest);    // [B, L, C]: padding has a position too
        Tensor lengths = tensor(counts.Select(count => (long)count).ToArray(), device: codes.device).unsqueeze(1); // [B, 1]
        Tensor bias = arange(longest, device: codes.device).unsqueeze(0).ge(lengths).to(input.dtype).mul(Shut).unsqueeze(1).unsqueeze(1); // [B, 1, 1, L]
        Tensor x = _queries.expand(counts.Count, -1, -1);                                  // [B, N, C]
        foreach (DecoderBlock block in _blocks)
        {
            Tensor next = block.Run(x, padded, bias);
            x.Dispose(); // at once: a graph, where there is one, holds what it needs
            x = next;
        }
        return _output.call(_norm.call(x)).MoveToOuterDisposeScope();
    }

    /// <summary>What takes the place of the text in the diffusion model: features [B, N, F] to [B, N, E]; in the high resolution two projections side by side.</summary>
    public Tensor Prompt(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor prompt = _conditioning?.call(features) ?? cat([_first!.call(features), _second!.call(features)], -1);
        return prompt.MoveToOuterDisposeScope();
    }

    /// <summary>The picture's one vector for a diffusion model of the high resolution: features [B, N, F] to [B, P].</summary>
    /// <exception cref="InvalidOperationException">This is the decoder for the low resolution.</exception>
    public Tensor Pooled(Tensor features) =>
        (_pool ?? throw new InvalidOperationException("the decoder for the low resolution has no pooled vector")).call(features);

    private static Tensor Pad(Tensor rows, IReadOnlyList<int> counts, long length)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> pictures = [];
        long start = 0;
        foreach (int count in counts)
        {
            pictures.Add(functional.pad(rows.narrow(0, start, count), (0, 0, 0, length - count))); // [L, C]
            start += count;
        }
        return stack(pictures).MoveToOuterDisposeScope();
    }
}
