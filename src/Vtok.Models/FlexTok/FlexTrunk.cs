using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>The trunk of encoder or decoder: patches and registers of every sequence in, those of one kind out. No norm at the end.</summary>
internal abstract class FlexTrunk(string name) : Module(name)
{
    /// <summary>The trunk that a config describes.</summary>
    public static FlexTrunk Of(FlexTransformerConfig config) => config.CrossAttention ? new FlexTransformerDecoder(config) : new FlexTransformer(config);

    public abstract void Initialize(Generator generator);

    /// <summary>The modulation vectors of every block for activated time embeddings [T, D]: [T, n D] each.</summary>
    public abstract Tensor[] Modulate(Tensor activated);

    /// <summary>Runs all blocks.</summary>
    /// <param name="patches">[S P, D].</param>
    /// <param name="registers">Those of all sequences in their order, [n, D].</param>
    /// <param name="layout">Where the sequences lie.</param>
    /// <param name="wanted">Which tokens come out.</param>
    /// <param name="modulations">Vectors of every block, or null where no time is known.</param>
    /// <param name="trace">Takes the rows before the first block and after every one, or null.</param>
    public abstract Tensor Run(Tensor patches, Tensor registers, TokenLayout layout, TokenKind wanted, IReadOnlyList<Modulation>? modulations, IList<Tensor>? trace = null);
}
