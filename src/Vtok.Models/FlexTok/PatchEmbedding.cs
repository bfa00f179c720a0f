using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Latents [B, C, h, w] to patch tokens [B, (h/p)(w/p), D]. Keys: patch_proj.weight [D, p p C], patch_proj.bias.</summary>
/// <remarks>Within a patch the order is row, column, channel.</remarks>
internal sealed class PatchEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "patch_proj")] private readonly Linear _projection;
    private readonly int _patch;

    public PatchEmbedding(int channels, int patch, int width) : base(nameof(PatchEmbedding))
    {
        _projection = new Linear(patch * patch * channels, width);
        _patch = patch;
        RegisterComponents();
    }

    public void Initialize(Generator generator) => FlexInitialization.Xavier(_projection, generator);

    public override Tensor forward(Tensor latents)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = latents.size(0), channels = latents.size(1), rows = latents.size(2) / _patch, columns = latents.size(3) / _patch;
        Tensor patches = latents.view(batch, channels, rows, _patch, columns, _patch)
            .permute(0, 2, 4, 3, 5, 1)                                      // [B, rows, columns, p, p, C]
            .reshape(batch, rows * columns, _patch * _patch * channels);
        return _projection.call(patches).MoveToOuterDisposeScope();         // [B, N, D]
    }
}
