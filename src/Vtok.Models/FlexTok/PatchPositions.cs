using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Positions of two axes, added to patch tokens. Key: posembs, [1, D, H, W] where they are fixed (and stored all the same), [2, 1, D, N] of rows and columns where learned.</summary>
internal sealed class PatchPositions : Module
{
    private const double Base = 10000;

    [ComponentName(Name = "posembs")] private readonly TorchSharp.Modules.Parameter _table;
    private readonly PatchPositionsConfig _config;

    public PatchPositions(IReadOnlyList<int> grid, int width, PatchPositionsConfig config) : base(nameof(PatchPositions))
    {
        using DisposeScope scope = NewDisposeScope();
        _config = config;
        _table = config.Kind == PositionKind.SinesAndCosines
            ? new TorchSharp.Modules.Parameter(Table(grid[0], grid[1], width), requires_grad: false)
            : new TorchSharp.Modules.Parameter(empty(2, 1, width, grid[0]));
        _table.DetachFromDisposeScope();
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        if (_config.Kind != PositionKind.SinesAndCosines)
            FlexInitialization.Small(_table, generator);
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

    /// <summary>Adds positions to the tokens of a grid: [B, rows columns, D] to the same.</summary>
    public Tensor Add(Tensor patches, long rows, long columns)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = Whole(); // [1, D, H, W]
        Tensor table = _config.Interpolated
            ? functional.interpolate(all, [rows, columns], mode: InterpolationMode.Bilinear, align_corners: true)
            : all.narrow(2, 0, rows).narrow(3, 0, columns);
        return (patches + table.reshape(1, patches.size(2), rows * columns).transpose(1, 2)).MoveToOuterDisposeScope();
    }

    private Tensor Whole()
    {
        if (_config.Kind == PositionKind.SinesAndCosines)
            return _table.alias();
        Tensor ofRows = _table[0].unsqueeze(3), ofColumns = _table[1].unsqueeze(2); // [1, D, N, 1] and [1, D, 1, N]
        return _config.Kind == PositionKind.LearnedSum ? ofRows + ofColumns : ofRows * ofColumns;
    }
}
