using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vision;

/// <summary>Pre-norm block of an <see cref="EvaVit"/>: [B, L, C] to [B, L, C].</summary>
/// <remarks>Keys: norm1, attn, norm2, mlp; with layer scale also gamma_1, gamma_2 [C].</remarks>
internal sealed class EvaBlock : Module<Tensor, Tensor>
{
    [ComponentName(Name = "gamma_1")] private readonly TorchSharp.Modules.Parameter? _attentionScale;
    [ComponentName(Name = "gamma_2")] private readonly TorchSharp.Modules.Parameter? _mlpScale;
    [ComponentName(Name = "norm1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly EvaAttention _attention;
    [ComponentName(Name = "norm2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly FeedForward _mlp;

    /// <summary>Creates a block of a tower.</summary>
    public EvaBlock(EvaVitConfig config) : base(nameof(EvaBlock))
    {
        // Quirk: a layer scale of 0 means none in the published code, not branches that are switched off.
        if (config.LayerScale is > 0 and { } start)
        {
            _attentionScale = new TorchSharp.Modules.Parameter(full(config.Width, start));
            _mlpScale = new TorchSharp.Modules.Parameter(full(config.Width, start));
        }
        _attentionNorm = new LayerNorm(config.Width, config.NormEpsilon);
        _attention = new EvaAttention(config);
        _mlpNorm = new LayerNorm(config.Width, config.NormEpsilon);
        _mlp = new FeedForward(config.Width, config.MlpWidth);
        RegisterComponents();
    }

    /// <summary>The start of block <paramref name="number"/>, counted from 1.</summary>
    public void Initialize(double deviation, int number, Generator generator)
    {
        double divisor = Math.Sqrt(2.0 * number);
        _attention.Initialize(deviation, divisor, generator);
        _mlp.Initialize(deviation, divisor, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => Run(input, null);

    /// <summary>As <see cref="forward"/>, with the tower's shared bias [H, L, L] or null.</summary>
    internal Tensor Run(Tensor input, Tensor? sharedBias)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor attended = input + Scaled(_attention.Run(_attentionNorm.call(input), sharedBias), _attentionScale);
        return (attended + Scaled(_mlp.call(_mlpNorm.call(attended)), _mlpScale)).MoveToOuterDisposeScope();
    }

    private static Tensor Scaled(Tensor branch, Tensor? scale) => scale is null ? branch : branch * scale;
}
