using TorchSharp.Modules;
using TorchSharp.Utils;

namespace Vtok.Models.FlexTok;

/// <summary>A trunk with cross-attention: the wanted tokens are the sequence (input_seq_read_key), the others its context (context_seq_read_key). Keys: blocks.{i}.</summary>
/// <remarks>
/// No published tokenizer has it. Our arrangement: each kind has a packer of its own; an encoder's registers read patches, a decoder's patches read
/// registers; tokens see the context of their own picture alone, whole, and the packer's mask_mode holds among the tokens of the sequence.
/// </remarks>
internal sealed class FlexTransformerDecoder : FlexTrunk
{
    [ComponentName(Name = "blocks")] private readonly ModuleList<FlexDecoderBlock> _blocks;

    public FlexTransformerDecoder(FlexTransformerConfig config) : base(nameof(FlexTransformerDecoder))
    {
        _blocks = new ModuleList<FlexDecoderBlock>([.. Enumerable.Range(0, config.Depth).Select(_ => new FlexDecoderBlock(config))]);
        RegisterComponents();
    }

    public override void Initialize(Generator generator)
    {
        foreach (FlexDecoderBlock block in _blocks)
            block.Initialize(generator);
    }

    public override Tensor[] Modulate(Tensor activated) => [.. _blocks.Select(block => block.Modulate(activated))];

    /// <inheritdoc/>
    public override Tensor Run(Tensor patches, Tensor registers, TokenLayout layout, TokenKind wanted, IReadOnlyList<Modulation>? modulations, IList<Tensor>? trace = null)
    {
        bool toPatches = wanted == TokenKind.Patches;
        (Tensor sequence, Tensor context) = toPatches ? (patches, registers) : (registers, patches);
        TokenLayout own = layout.Only(wanted), seen = layout.Only(toPatches ? TokenKind.Registers : TokenKind.Patches);
        Tensor x = sequence.alias();
        trace?.Add(x.alias());
        for (int i = 0; i < _blocks.Count; i++)
        {
            using Tensor before = x;
            x = _blocks[i].call(before, context, own, seen, modulations?[i]);
            trace?.Add(x.alias());
        }
        return x;
    }
}
