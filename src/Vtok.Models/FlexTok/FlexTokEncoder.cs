using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Latents to features of the quantizer through registers. Keys: module_dict.{name of the tree}.</summary>
internal sealed class FlexTokEncoder : Module<Tensor, Tensor>
{
    [ComponentName(Name = "module_dict")] private readonly ModuleDict<Module> _modules;
    private readonly Parts _parts;

    public FlexTokEncoder(FlexTokEncoderConfig config) : base(nameof(FlexTokEncoder))
    {
        config.Validate();
        Config = config;
        int width = config.Transformer.Width;
        FlexTokEncoderNames names = config.Names;
        _parts = new Parts(
            new PatchEmbedding(config.LatentChannels, config.Patch, width),
            new PatchPositions(config.Grid, width, config.Positions),
            config.Registers > 0 ? new LearnedTokens(LearnedTokens.RegistersKey, config.Registers, width) : null,
            FlexTrunk.Of(config.Transformer),
            TokenHead.Of(width, config.CodeDimension, config.Head));
        List<(string, Module)> table = [(names.Patches, _parts.Patches), (names.Positions, _parts.Positions), (names.Transformer, _parts.Trunk), (names.Head, _parts.Head)];
        if (_parts.Registers is not null)
            table.Add((names.Registers, _parts.Registers));
        _modules = ModuleDict<Module>([.. table]);
        RegisterComponents();
    }

    public FlexTokEncoderConfig Config { get; }

    /// <summary>The published start: all features zero.</summary>
    public void Initialize(Generator generator)
    {
        _parts.Patches.Initialize(generator);
        _parts.Positions.Initialize(generator);
        _parts.Registers?.Initialize(generator);
        _parts.Trunk.Initialize(generator);
        _parts.Head.Initialize(generator);
    }

    /// <summary>Latents to features of all N tokens: [B, C, h, w] to [B, N, d].</summary>
    public override Tensor forward(Tensor latents) => Encode(latents, Config.Registers);

    /// <summary>Latents to features of the first tokens.</summary>
    /// <param name="latents">[B, C, h, w].</param>
    /// <param name="registers">Registers that the sequence has, 1..N; 0 where there are none.</param>
    /// <param name="trace">Takes the trunk's rows before the first block and after every one, or null.</param>
    /// <returns>[B, registers, d], or of every patch.</returns>
    public Tensor Encode(Tensor latents, int registers, IList<Tensor>? trace = null)
    {
        FlexTokGeometry.CheckLatents(latents, Config.LatentChannels, Config.Patch, Config.Grid, nameof(latents));
        int least = Math.Min(Config.Registers, 1);
        if (registers < least || registers > Config.Registers)
            throw new ArgumentOutOfRangeException(nameof(registers), registers, $"must be in {least}..{Config.Registers}");
        using DisposeScope scope = NewDisposeScope();
        long width = Config.Transformer.Width;
        int batch = (int)latents.size(0);
        Tensor patches = Embed(latents);                                                               // [B, N, D]
        Tensor tokens = registers > 0 ? Registers(registers).expand(batch, registers, width) : empty(0, width, device: latents.device);
        using var layout = new TokenLayout((int)patches.size(1), [new TokenGroup(batch, registers)], Config.Mask, latents.device);
        Tensor read = _parts.Trunk.Run(patches.view(-1, width), tokens.reshape(-1, width), layout, registers > 0 ? TokenKind.Registers : TokenKind.Patches, null, trace);
        Tensor features = _parts.Head.call(read.view(batch, -1, width)).MoveToOuterDisposeScope();
        foreach (Tensor step in trace ?? [])
            step.MoveToOuterDisposeScope();
        return features;
    }

    /// <summary>Patch tokens with their positions: [B, C, h, w] to [B, N, D].</summary>
    public Tensor Embed(Tensor latents) => _parts.Positions.Add(_parts.Patches.call(latents), latents.size(2) / Config.Patch, latents.size(3) / Config.Patch);

    /// <summary>Patch tokens without positions.</summary>
    public Tensor Project(Tensor latents) => _parts.Patches.call(latents);

    private Tensor Registers(int count)
    {
        Tensor all = _parts.Registers!.Value; // [N, D]
        return Config.PooledRegisters ? functional.adaptive_avg_pool1d(all.t().unsqueeze(0), count)[0].t() : all.narrow(0, 0, count);
    }

    // Not fields of the module: they are registered once, in the table.
    private sealed record Parts(PatchEmbedding Patches, PatchPositions Positions, LearnedTokens? Registers, FlexTrunk Trunk, TokenHead Head);
}
