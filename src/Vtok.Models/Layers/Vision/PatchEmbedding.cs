using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vision;

/// <summary>Pictures to patch tokens, row by row: [B, 3, H, W] to [B, N, C]. Keys: proj.weight [C, 3, p, p], proj.bias.</summary>
public sealed class PatchEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")] private readonly Conv2d _project;

    /// <summary>Creates the layer.</summary>
    public PatchEmbedding(int width, int patch) : base(nameof(PatchEmbedding))
    {
        _project = new Conv2d(3, width, patch, patch);
        RegisterComponents();
    }

    /// <summary>The framework's default start.</summary>
    public void Initialize(Generator generator) => _project.Initialize(generator);

    /// <inheritdoc/>
    public override Tensor forward(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        return _project.call(images).flatten(2).transpose(1, 2).contiguous().MoveToOuterDisposeScope(); // [B, N, C]
    }
}
