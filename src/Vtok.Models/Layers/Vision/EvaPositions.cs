namespace Vtok.Models.Layers.Vision;

/// <summary>Learned positions of a vision tower: the class token's, then those of a square grid, row by row.</summary>
public static class EvaPositions
{
    /// <summary>Resamples the grid to another side, bicubic (A = -0.75) without antialiasing; the class position is kept.</summary>
    /// <param name="table">[1, 1+g*g, C].</param>
    /// <param name="grid">The wanted side.</param>
    /// <returns>[1, 1+grid*grid, C]; a new tensor.</returns>
    /// <exception cref="ArgumentException">The table is not that of a square grid.</exception>
    public static Tensor Resample(Tensor table, int grid)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grid, 1);
        if (table.ndim != 3 || table.size(0) != 1 || SideOf(table.size(1)) is not { } side)
            throw new ArgumentException($"positions [{string.Join(", ", table.shape)}], expected [1, 1+g*g, C]", nameof(table));
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = table.narrow(1, 1, (long)side * side).view(1, side, side, table.size(2)).permute(0, 3, 1, 2);
        if (side != grid)
            patches = nn.functional.interpolate(patches, size: [grid, grid], mode: InterpolationMode.Bicubic, align_corners: false); // [1, C, g, g]
        Tensor flat = patches.permute(0, 2, 3, 1).reshape(1, (long)grid * grid, table.size(2));
        return cat([table.narrow(1, 0, 1), flat], dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>The grid's side for a number of tokens, or null when there is none.</summary>
    internal static int? SideOf(long tokens)
    {
        int side = (int)Math.Round(Math.Sqrt(Math.Max(0, tokens - 1)));
        return side >= 1 && (long)side * side == tokens - 1 ? side : null;
    }
}
