using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;
using Linear = Vtok.Models.Layers.Linear;

namespace Vtok.Models.FlexTok;

/// <summary>Patch tokens to the velocity of the latents, modulated by the time. Keys: adaLN_modulation.1, proj.</summary>
internal sealed class VelocityHead : Module
{
    private const string ProjectionName = "1";

    [ComponentName(Name = "adaLN_modulation")] private readonly ModuleDict<Linear> _modulation;
    [ComponentName(Name = "proj")] private readonly Linear _projection;
    private readonly int _channels, _patch;
    private readonly long[] _width;

    public VelocityHead(int width, int channels, int patch) : base(nameof(VelocityHead))
    {
        _modulation = ModuleDict<Linear>((ProjectionName, new Linear(width, 2 * width)));
        _projection = new Linear(width, patch * patch * channels);
        (_channels, _patch, _width) = (channels, patch, [width]);
        RegisterComponents();
    }

    public void Initialize()
    {
        FlexInitialization.Zero(_modulation[ProjectionName]);
        FlexInitialization.Zero(_projection);
    }

    /// <summary>Shift, then scale, of activated time embeddings: [T, D] to [T, 2D].</summary>
    public Tensor Modulate(Tensor activated) => _modulation[ProjectionName].call(activated);

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
        Tensor normal = TokenNorm.Apply(patches, _width) * (1 + m[1]) + m[0];
        return _projection.call(normal)                                                  // [S, N, p p C]
            .view(patches.size(0), rows, columns, _patch, _patch, _channels)
            .permute(0, 5, 1, 3, 2, 4)                                                   // [S, C, rows, p, columns, p]
            .reshape(patches.size(0), _channels, rows * _patch, columns * _patch).MoveToOuterDisposeScope();
    }
}
