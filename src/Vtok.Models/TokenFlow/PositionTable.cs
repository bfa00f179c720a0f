using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>Learned positions of a square grid, used on another grid.</summary>
internal static class PositionTable
{
    private const double Offset = 0.1; // so that floor(n0 * scale) is n whatever the rounding

    /// <summary>A table [1, 1 + n0^2, C], class position first, for a grid of n x n: [1, 1 + n^2, C]. The table itself where it fits.</summary>
    /// <remarks>
    /// Quirk: bicubic with the coordinate scale (n + 0.1)/n0 instead of n/n0, as published; the true scale would shift every position
    /// by up to a tenth of a cell and change the ids.
    /// </remarks>
    public static Tensor Resize(Tensor table, int n)
    {
        using DisposeScope scope = NewDisposeScope();
        long length = table.size(1), width = table.size(2);
        int side = (int)Math.Round(Math.Sqrt(length - 1));
        if (side == n)
            return table.alias().MoveToOuterDisposeScope();
        double scale = (n + Offset) / side;
        Tensor grid = table.narrow(1, 1, length - 1).reshape(1, side, side, width).permute(0, 3, 1, 2);                    // [1, C, n0, n0]
        Tensor resized = functional.interpolate(grid, scale_factor: [scale, scale], mode: InterpolationMode.Bicubic, align_corners: false);
        Tensor rows = resized.permute(0, 2, 3, 1).reshape(1, n * n, width);                                                // [1, n^2, C]
        return cat([table.narrow(1, 0, 1), rows], 1).MoveToOuterDisposeScope();
    }
}
