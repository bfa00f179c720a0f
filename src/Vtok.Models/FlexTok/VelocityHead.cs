using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Patch tokens to the velocity of the latents, modulated by the time (ToPatchesLinearHead). Keys: adaLN_modulation.1, proj, and norm where it learns.</summary>
internal sealed class VelocityHead : Module
{
    [ComponentName(Name = "norm")] private readonly TokenNorm _norm;
    [ComponentName(Name = "adaLN_modulation")] private readonly ModulationVectors _modulation;
    [ComponentName(Name = "proj")] private readonly MuReadout _projection;
    private readonly int _channels, _patch;

    public VelocityHead(int width, int channels, int patch, FlexHeadConfig config) : base(nameof(VelocityHead))
    {
        _norm = new TokenNorm(width, config.Norm);
        _modulation = new ModulationVectors(width, 2, config.ModulationBias);
        _projection = new MuReadout(width, patch * patch * channels, config);
        (_channels, _patch) = (channels, patch);
        RegisterComponents();
    }

    public void Initialize()
    {
        _modulation.Initialize();
        _projection.Initialize();
    }

    /// <summary>Shift, then scale, of activated time embeddings: [T, D] to [T, 2D].</summary>
    public Tensor Modulate(Tensor activated) => _modulation.call(activated);

    /// <summary>Tokens to velocity.</summary>
    /// <param name="patches">[S, rows columns, D].</param>
    /// <param name="vectors">[S or 1, 2D] of <see cref="Modulate"/>.</param>
    /// <param name="rows">Patches down.</param>
    /// <param name="columns">Patches across.</param>
    /// <returns>[S, C, h, w].</returns>
    public Tensor Velocity(Tensor patches, Tensor vectors, long rows, long columns)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] m = vectors.unsqueeze(1).chunk(2, -1);                                  // [S, 1, D]
        Tensor normal = _norm.call(patches) * (1 + m[1]) + m[0];
        return _projection.call(normal)                                                  // [S, N, p p C]
            .view(patches.size(0), rows, columns, _patch, _patch, _channels)
            .permute(0, 5, 1, 3, 2, 4)                                                   // [S, C, rows, p, columns, p]
            .reshape(patches.size(0), _channels, rows * _patch, columns * _patch).MoveToOuterDisposeScope();
    }
}
