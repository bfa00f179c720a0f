using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Pre-norm transformer block over packed rows [R, D], modulated by the time (adaLN-zero, arXiv 2212.09748) where the trunk is.</summary>
/// <remarks>Keys: attn, mlp, adaLN_modulation.1, and norm1, norm2 where they learn.</remarks>
internal sealed class FlexBlock : Module<Tensor, TokenLayout, Modulation?, bool, Tensor>
{
    private const int Vectors = 6;

    [ComponentName(Name = "norm1")] private readonly TokenNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly FlexAttention _attention;
    [ComponentName(Name = "norm2")] private readonly TokenNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly FlexMlp _mlp;
    [ComponentName(Name = "adaLN_modulation")] private readonly ModulationVectors? _modulation;

    public FlexBlock(FlexTransformerConfig config) : base(nameof(FlexBlock))
    {
        _attentionNorm = new TokenNorm(config.Width, config.Norm);
        _attention = new FlexAttention(config);
        _mlpNorm = new TokenNorm(config.Width, config.Norm);
        _mlp = new FlexMlp(config);
        _modulation = config.ModulationStreams > 0 ? new ModulationVectors(config.Width, config.ModulationStreams * Vectors) : null;
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        _attention.Initialize(generator);
        _mlp.Initialize(generator);
        _modulation?.Initialize();
    }

    /// <summary>All modulation vectors of activated time embeddings: [T, D] to [T, streams 6D].</summary>
    public Tensor Modulate(Tensor activated) => _modulation!.call(activated);

    /// <summary>Rows to rows; with <paramref name="patchesAlone"/> only those of patches come out.</summary>
    public override Tensor forward(Tensor rows, TokenLayout layout, Modulation? modulation, bool patchesAlone)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenLayout kept = patchesAlone ? layout.Only(TokenKind.Patches) : layout;
        Tensor Kept(Tensor all) => patchesAlone ? layout.Take(all, TokenKind.Patches) : all;
        Modulation[]? m = modulation?.Split(Vectors); // gates of attention and mlp, shift and scale of attention, shift and scale of mlp
        Tensor normal = _attentionNorm.call(rows);
        if (m is not null)
            normal = Modulation.Apply(normal, m[2], m[3], layout);
        Tensor mixed = _attention.call(Kept(normal), normal, kept, layout);
        Tensor attended = InPlace.Add(m is null ? mixed : Modulation.Apply(mixed, m[0], kept), Kept(rows));
        normal = _mlpNorm.call(attended);
        if (m is not null)
            normal = Modulation.Apply(normal, m[4], m[5], kept);
        Tensor fed = _mlp.call(normal);
        return InPlace.Add(m is null ? fed : Modulation.Apply(fed, m[1], kept), attended).MoveToOuterDisposeScope();
    }
}
