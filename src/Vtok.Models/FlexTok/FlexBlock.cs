using TorchSharp.Modules;
using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;
using Linear = Vtok.Models.Layers.Linear;

namespace Vtok.Models.FlexTok;

/// <summary>Pre-norm transformer block over packed rows [R, D], modulated by the time (adaLN-zero, arXiv 2212.09748) where the trunk is. Keys: attn, mlp, adaLN_modulation.1.</summary>
internal sealed class FlexBlock : Module<Tensor, TokenLayout, Modulation?, bool, Tensor>
{
    private const int Vectors = 6;
    private const string ProjectionName = "1"; // 0 is the SiLU before it

    [ComponentName(Name = "attn")] private readonly FlexAttention _attention;
    [ComponentName(Name = "mlp")] private readonly FlexMlp _mlp;
    [ComponentName(Name = "adaLN_modulation")] private readonly ModuleDict<Linear>? _modulation;
    private readonly long[] _width;

    public FlexBlock(FlexTransformerConfig config) : base(nameof(FlexBlock))
    {
        _attention = new FlexAttention(config);
        _mlp = new FlexMlp(config);
        _width = [config.Width];
        int streams = config.ModulationStreams;
        _modulation = streams > 0 ? ModuleDict<Linear>((ProjectionName, new Linear(config.Width, streams * Vectors * config.Width))) : null;
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        _attention.Initialize(generator);
        _mlp.Initialize(generator);
        if (_modulation is not null)
            FlexInitialization.Zero(_modulation[ProjectionName]);
    }

    /// <summary>All modulation vectors of activated time embeddings: [T, D] to [T, streams 6D].</summary>
    public Tensor Modulate(Tensor activated) => _modulation![ProjectionName].call(activated);

    /// <summary>Rows to rows; with <paramref name="patchesAlone"/> only those of patches come out.</summary>
    public override Tensor forward(Tensor rows, TokenLayout layout, Modulation? modulation, bool patchesAlone)
    {
        using DisposeScope scope = NewDisposeScope();
        Modulation[]? m = modulation?.Split(Vectors); // gates of attention and mlp, shift and scale of attention, shift and scale of mlp
        Tensor normal = TokenNorm.Apply(rows, _width);
        if (m is not null)
            normal = Modulation.Apply(normal, m[2], m[3], layout);
        Tensor mixed = _attention.call(normal, layout, patchesAlone);
        Tensor kept = patchesAlone ? rows.narrow(0, 0, layout.PatchRows) : rows;
        Tensor attended = InPlace.Add(m is null ? mixed : Modulation.Apply(mixed, m[0], layout), kept);
        normal = TokenNorm.Apply(attended, _width);
        if (m is not null)
            normal = Modulation.Apply(normal, m[4], m[5], layout);
        Tensor fed = _mlp.call(normal);
        return InPlace.Add(m is null ? fed : Modulation.Apply(fed, m[1], layout), attended).MoveToOuterDisposeScope();
    }
}
