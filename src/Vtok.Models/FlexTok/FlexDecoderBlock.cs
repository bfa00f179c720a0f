using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Pre-norm block whose rows attend to themselves, then to a context: FlexDecoderBlock, and FlexDecoderBlockAdaLN where the trunk knows the time.</summary>
/// <remarks>Keys: self_attn, cross_attn, mlp, adaLN_modulation.1, and norm1, query_norm, context_norm, norm2 where they learn.</remarks>
internal sealed class FlexDecoderBlock : Module<Tensor, Tensor, TokenLayout, TokenLayout, Modulation?, Tensor>
{
    private const int Vectors = 11;

    [ComponentName(Name = "norm1")] private readonly TokenNorm _selfNorm;
    [ComponentName(Name = "self_attn")] private readonly FlexAttention _self;
    [ComponentName(Name = "query_norm")] private readonly TokenNorm _queryNorm;
    [ComponentName(Name = "context_norm")] private readonly TokenNorm _contextNorm;
    [ComponentName(Name = "cross_attn")] private readonly FlexAttention _cross;
    [ComponentName(Name = "norm2")] private readonly TokenNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly FlexMlp _mlp;
    [ComponentName(Name = "adaLN_modulation")] private readonly ModulationVectors? _modulation;

    public FlexDecoderBlock(FlexTransformerConfig config) : base(nameof(FlexDecoderBlock))
    {
        TokenNorm Norm() => new(config.Width, config.Norm);
        (_selfNorm, _queryNorm, _contextNorm, _mlpNorm) = (Norm(), Norm(), Norm(), Norm());
        _self = new FlexAttention(config);
        _cross = new FlexAttention(config);
        _mlp = new FlexMlp(config);
        _modulation = config.ModulationStreams > 0 ? new ModulationVectors(config.Width, config.ModulationStreams * Vectors) : null;
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        _self.Initialize(generator);
        _cross.Initialize(generator);
        _mlp.Initialize(generator);
        _modulation?.Initialize();
    }

    /// <summary>All modulation vectors of activated time embeddings: [T, D] to [T, 11D].</summary>
    public Tensor Modulate(Tensor activated) => _modulation!.call(activated);

    /// <summary>Rows to rows.</summary>
    /// <param name="rows">[R, D].</param>
    /// <param name="context">[R', D], the same for every block.</param>
    /// <param name="layout">Where the sequences of the rows lie.</param>
    /// <param name="contextLayout">Where those of the context lie.</param>
    /// <param name="modulation">Vectors of the time, or null.</param>
    public override Tensor forward(Tensor rows, Tensor context, TokenLayout layout, TokenLayout contextLayout, Modulation? modulation)
    {
        using DisposeScope scope = NewDisposeScope();
        // Gates of self-attention, cross-attention and mlp; shift and scale of self-attention, of cross-attention's query and context, of mlp.
        Modulation[]? m = modulation?.Split(Vectors);
        Tensor Normal(TokenNorm norm, Tensor x, int shift, TokenLayout own) => m is null ? norm.call(x) : Modulation.Apply(norm.call(x), m[shift], m[shift + 1], own);
        Tensor Added(Tensor x, Tensor change, int gate) => InPlace.Add(m is null ? change : Modulation.Apply(change, m[gate], layout), x);

        Tensor normal = Normal(_selfNorm, rows, 3, layout);
        Tensor x = Added(rows, _self.call(normal, normal, layout, layout), 0);
        Tensor query = Normal(_queryNorm, x, 5, layout), seen = Normal(_contextNorm, context, 7, contextLayout);
        x = Added(x, _cross.call(query, seen, layout, contextLayout), 1);
        return Added(x, _mlp.call(Normal(_mlpNorm, x, 9, layout)), 2).MoveToOuterDisposeScope();
    }
}
