using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>The trunk of encoder and decoder: blocks one after the other, no norm at the end. Keys: blocks.{i}.</summary>
internal sealed class FlexTransformer : Module
{
    [ComponentName(Name = "blocks")] private readonly ModuleList<FlexBlock> _blocks;

    public FlexTransformer(FlexTransformerConfig config) : base(nameof(FlexTransformer))
    {
        Config = config;
        _blocks = new ModuleList<FlexBlock>([.. Enumerable.Range(0, config.Depth).Select(_ => new FlexBlock(config))]);
        RegisterComponents();
    }

    public FlexTransformerConfig Config { get; }

    public void Initialize(Generator generator)
    {
        foreach (FlexBlock block in _blocks)
            block.Initialize(generator);
    }

    /// <summary>The modulation vectors of every block for activated time embeddings [T, D]: [T, streams 6D] each.</summary>
    public Tensor[] Modulate(Tensor activated) => [.. _blocks.Select(block => block.Modulate(activated))];

    /// <summary>Runs all blocks.</summary>
    /// <param name="rows">[R, D].</param>
    /// <param name="layout">Where the sequences lie.</param>
    /// <param name="modulations">One a block, or null for an encoder.</param>
    /// <param name="patchesAlone">Whether only the patches are wanted, which spares the last block the rest.</param>
    /// <param name="trace">Takes the output of every block, or null.</param>
    public Tensor Run(Tensor rows, TokenLayout layout, IReadOnlyList<Modulation>? modulations, bool patchesAlone, IList<Tensor>? trace = null)
    {
        Tensor x = rows.alias();
        for (int i = 0; i < _blocks.Count; i++)
        {
            using Tensor before = x;
            x = _blocks[i].call(before, layout, modulations?[i], patchesAlone && i == _blocks.Count - 1);
            trace?.Add(x.alias());
        }
        return x;
    }
}
