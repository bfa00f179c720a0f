using TorchSharp.Modules;
using TorchSharp.Utils;

namespace Vtok.Models.FlexTok;

/// <summary>The trunk of all published tokenizers: blocks over [patches | registers]. Keys: blocks.{i}.</summary>
internal sealed class FlexTransformer : FlexTrunk
{
    [ComponentName(Name = "blocks")] private readonly ModuleList<FlexBlock> _blocks;

    public FlexTransformer(FlexTransformerConfig config) : base(nameof(FlexTransformer))
    {
        _blocks = new ModuleList<FlexBlock>([.. Enumerable.Range(0, config.Depth).Select(_ => new FlexBlock(config))]);
        RegisterComponents();
    }

    public override void Initialize(Generator generator)
    {
        foreach (FlexBlock block in _blocks)
            block.Initialize(generator);
    }

    public override Tensor[] Modulate(Tensor activated) => [.. _blocks.Select(block => block.Modulate(activated))];

    /// <inheritdoc/>
    /// <remarks>Where patches are wanted and nobody asks for a trace, the last block is spared the registers.</remarks>
    public override Tensor Run(Tensor patches, Tensor registers, TokenLayout layout, TokenKind wanted, IReadOnlyList<Modulation>? modulations, IList<Tensor>? trace = null)
    {
        bool patchesAlone = wanted == TokenKind.Patches && trace is null;
        Tensor x = layout.Pack(patches, registers);
        trace?.Add(x.alias());
        for (int i = 0; i < _blocks.Count; i++)
        {
            using Tensor before = x;
            x = _blocks[i].call(before, layout, modulations?[i], patchesAlone && i == _blocks.Count - 1);
            trace?.Add(x.alias());
        }
        return patchesAlone ? x : layout.Take(x, wanted);
    }
}
