using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Noisy latents, a time and codes to a velocity. Keys: module_dict.{name of the tree}.</summary>
internal sealed class FlexTokDecoder : Module
{
    [ComponentName(Name = "module_dict")] private readonly ModuleDict<Module> _modules;
    private readonly Parts _parts;

    public FlexTokDecoder(FlexTokDecoderConfig config) : base(nameof(FlexTokDecoder))
    {
        config.Validate();
        Config = config;
        int width = config.Transformer.Width;
        FlexTokDecoderNames names = config.Names;
        _parts = new Parts(
            new CodeEmbedding(config.CodeDimension, width),
            config.Registers > 0 ? new RegisterPositions(config.Registers, width) : null,
            config.Registers > 0 ? new LearnedTokens(LearnedTokens.MaskKey, width) : null,
            config.ZeroNull ? null : new LearnedTokens(LearnedTokens.NullKey, width),
            new PatchEmbedding(config.LatentChannels, config.Patch, width),
            new PatchPositions(config.Grid, width, config.Positions),
            new TimeEmbedding(config.TimeFeatures, config.MaxTime, width),
            FlexTrunk.Of(config.Transformer),
            new VelocityHead(width, config.LatentChannels, config.Patch, config.Head));
        List<(string, Module)> table =
        [
            (names.Codes, _parts.Codes), (names.Patches, _parts.Patches), (names.PatchPositions, _parts.PatchPositions), (names.Time, _parts.Time),
            (names.Transformer, _parts.Trunk), (names.Head, _parts.Head),
        ];
        foreach ((string name, Module? part) in ((string, Module?)[])[(names.RegisterPositions, _parts.RegisterPositions), (names.Dropout, _parts.Mask), (names.Null, _parts.Null)])
            if (part is not null)
                table.Add((name, part));
        _modules = ModuleDict<Module>([.. table]);
        RegisterComponents();
    }

    public FlexTokDecoderConfig Config { get; }

    /// <summary>The published start: all velocities zero.</summary>
    public void Initialize(Generator generator)
    {
        _parts.Codes.Initialize(generator);
        _parts.RegisterPositions?.Initialize(generator);
        _parts.Mask?.Initialize(generator);
        _parts.Null?.Initialize(generator);
        _parts.Patches.Initialize(generator);
        _parts.PatchPositions.Initialize(generator);
        _parts.Time.Initialize(generator);
        _parts.Trunk.Initialize(generator);
        _parts.Head.Initialize();
    }

    /// <summary>Times [T] to embeddings [T, D].</summary>
    public Tensor Embed(Tensor times) => _parts.Time.call(times);

    /// <summary>All modulation vectors of times, which depend on nothing else.</summary>
    /// <param name="times">[T]: the times of a sampler, or one of each sequence.</param>
    public TimeTable Modulate(Tensor times)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor activated = functional.silu(_parts.Time.call(times)); // [T, D]
        Tensor[] blocks = [.. _parts.Trunk.Modulate(activated).Select(vectors => vectors.MoveToOuterDisposeScope())];
        return new TimeTable(blocks, _parts.Head.Modulate(activated).MoveToOuterDisposeScope());
    }

    /// <summary>The rows of the tokens and their layout, which stay the same in every step.</summary>
    /// <param name="conditions">Codes, or none for the null condition, of sequences of one length each.</param>
    /// <param name="height">Height of the latents.</param>
    /// <param name="width">Width of the latents.</param>
    /// <param name="collapse">Whether equal registers become one row that counts as many; false is the published way.</param>
    public DecoderCondition Condition(IReadOnlyList<CodePrefix> conditions, long height, long width, bool collapse = true)
    {
        using DisposeScope scope = NewDisposeScope();
        long rows = height / Config.Patch, columns = width / Config.Patch;
        List<TokenGroup> groups = [];
        List<Tensor> tokens = [];
        foreach (CodePrefix prefix in conditions)
        {
            int weight = 1;
            Tensor own = Config.Registers > 0 ? RegistersOf(prefix, collapse, out weight) : GridOf(prefix, (int)(rows * columns)); // [S, n, D]
            groups.Add(new TokenGroup(prefix.Sequences, Config.Registers > 0 ? (int)own.size(1) : 0, weight));
            tokens.Add(own.reshape(-1, own.size(2)));
        }
        var layout = new TokenLayout((int)(rows * columns), groups, RegisterMask.Full, tokens[0].device);
        return new DecoderCondition(layout, cat(tokens, 0).MoveToOuterDisposeScope(), rows, columns);
    }

    /// <summary>The velocity of every sequence.</summary>
    /// <param name="latents">[B, C, h, w]; used again for each further B sequences of the condition.</param>
    /// <param name="condition">S sequences, a multiple of B.</param>
    /// <param name="modulations">One time for all sequences, or one for each.</param>
    /// <param name="trace">Takes the trunk's rows before the first block and after every one, or null.</param>
    /// <returns>[S, C, h, w].</returns>
    public Tensor Velocity(Tensor latents, DecoderCondition condition, TimeTable modulations, IList<Tensor>? trace = null)
    {
        FlexTokGeometry.CheckLatents(latents, Config.LatentChannels, Config.Patch, Config.Grid, nameof(latents));
        TokenLayout layout = condition.Layout;
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = _parts.PatchPositions.Add(_parts.Patches.call(latents), condition.Rows, condition.Columns);  // [B, P, D]
        if (layout.Sequences > latents.size(0))
            patches = patches.repeat(layout.Sequences / latents.size(0), 1, 1);                                       // [S, P, D]
        Modulation[] blocks = [.. modulations.Blocks.Select(vectors => Modulation.Of(vectors, Config.Transformer.ModulationStreams))];
        Tensor rows = patches.flatten(0, 1), registers = condition.Tokens;
        if (Config.Registers == 0)
            (rows, registers) = (rows + condition.Tokens, condition.Tokens.narrow(0, 0, 0));
        Tensor seen = _parts.Trunk.Run(rows, registers, layout, TokenKind.Patches, blocks, trace).view(patches.shape);
        Tensor velocity = _parts.Head.Velocity(seen, modulations.Head, condition.Rows, condition.Columns).MoveToOuterDisposeScope();
        foreach (Tensor step in trace ?? [])
            step.MoveToOuterDisposeScope();
        return velocity;
    }

    // Masked and null registers are written after positions are added, so they carry none: all of a sequence are equal.
    private Tensor RegistersOf(CodePrefix prefix, bool collapse, out int weight)
    {
        int width = Config.Transformer.Width, kept = prefix.Codes is null ? 0 : (int)prefix.Codes.size(1), dropped = Config.Registers - kept;
        if (dropped < 0)
            throw new ArgumentException($"{kept} codes, expected at most {Config.Registers}", nameof(prefix));
        weight = collapse ? Math.Max(dropped, 1) : 1;
        List<Tensor> tokens = [];
        if (prefix.Codes is not null)
            tokens.Add(_parts.RegisterPositions!.call(_parts.Codes.call(prefix.Codes)));
        if (dropped > 0)
            tokens.Add(Empty(prefix.Codes is null).expand(prefix.Sequences, collapse ? 1 : dropped, width));
        return cat(tokens, 1);
    }

    private Tensor GridOf(CodePrefix prefix, int patches)
    {
        if (prefix.Codes is null)
            return Empty(true).expand(prefix.Sequences, patches, Config.Transformer.Width);
        return prefix.Codes.size(1) == patches ? _parts.Codes.call(prefix.Codes)
            : throw new ArgumentException($"{prefix.Codes.size(1)} codes, expected one for each of {patches} patches", nameof(prefix));
    }

    private Tensor Empty(bool nothing) => !nothing ? _parts.Mask!.Value : _parts.Null?.Value ?? zeros(Config.Transformer.Width, device: _parts.Codes.Device);

    private sealed record Parts(
        CodeEmbedding Codes, RegisterPositions? RegisterPositions, LearnedTokens? Mask, LearnedTokens? Null, PatchEmbedding Patches,
        PatchPositions PatchPositions, TimeEmbedding Time, FlexTrunk Trunk, VelocityHead Head);
}
