using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Fixed sines and cosines of two axes, added to patch tokens. Key: posembs [1, D, H, W], stored though it never changes.</summary>
internal sealed class PatchPositions : Module
{
    private const double Base = 10000;

    [ComponentName(Name = "posembs")] private readonly TorchSharp.Modules.Parameter _table;

    public PatchPositions(IReadOnlyList<int> grid, int width) : base(nameof(PatchPositions))
    {
        using DisposeScope scope = NewDisposeScope();
        _table = new TorchSharp.Modules.Parameter(Table(grid[0], grid[1], width), requires_grad: false);
        _table.DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>The table [1, D, H, W]: sin and cos of the first coordinate, sin and cos of the second, a quarter of D each.</summary>
    /// <remarks>
    /// Quirk: positions are listed with the first coordinate running over the width and the second over the height, then read as H rows of W.
    /// For a square grid that is row and column; otherwise the table is scrambled, and putting it right would not fit published weights.
    /// </remarks>
    public static Tensor Table(int height, int width, int dimension)
    {
        using DisposeScope scope = NewDisposeScope();
        int quarter = dimension / 4;
        Tensor place = arange(height * (long)width, dtype: ScalarType.Int64);
        Tensor first = place.div(height, RoundingMode.floor).to(ScalarType.Float64), second = place.remainder(height).to(ScalarType.Float64);
        Tensor frequencies = (arange(quarter, dtype: ScalarType.Float64) * (-Math.Log(Base) / quarter)).exp().unsqueeze(1); // [D/4, 1]
        Tensor a = frequencies * first, b = frequencies * second;                                                          // [D/4, H W]
        return cat([a.sin(), a.cos(), b.sin(), b.cos()], 0).to(ScalarType.Float32).reshape(1, dimension, height, width).MoveToOuterDisposeScope();
    }

    /// <summary>Adds positions to the tokens of the grid's top left part: [B, rows columns, D] to the same.</summary>
    public Tensor Add(Tensor patches, long rows, long columns)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor table = _table.narrow(2, 0, rows).narrow(3, 0, columns).reshape(1, patches.size(2), rows * columns);
        return (patches + table.transpose(1, 2)).MoveToOuterDisposeScope();
    }
}
