using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>The p x p pixels of every patch: [B, D, g, g] to [B, 3, gp, gp]; channels in the order (row, column, colour). Key: 0.</summary>
internal sealed class PatchHead : Module<Tensor, Tensor>
{
    private const int Colours = 3;

    [ComponentName(Name = "0")] private readonly Conv2d _pixels;
    private readonly int _patch;

    public PatchHead(int width, int patch) : base(nameof(PatchHead))
    {
        _pixels = new Conv2d(width, patch * patch * Colours, 1);
        _patch = patch;
        RegisterComponents();
    }

    public void Initialize(double deviation, Generator generator) => _pixels.Initialize(deviation, generator);

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        long batch = input.size(0), rows = input.size(2), columns = input.size(3);
        Tensor patches = _pixels.call(input).view(batch, _patch, _patch, Colours, rows, columns); // [B, p, p, 3, g, g]
        return patches.permute(0, 3, 4, 1, 5, 2)                                                  // [B, 3, g, p, g, p]
            .reshape(batch, Colours, rows * _patch, columns * _patch).MoveToOuterDisposeScope();
    }
}
