using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Layers.Vision;

/// <summary>A learned score for every distance between two patches of a square grid (BEiT, arXiv 2106.08254): gives [H, L, L], class token first.</summary>
/// <remarks>Keys: relative_position_bias_table [R, H], relative_position_index [L, L], R = (2g-1)^2 + 3.</remarks>
public sealed class RelativePositionBias : Module
{
    [ComponentName(Name = "relative_position_bias_table")] private readonly TorchSharp.Modules.Parameter _table; // [R, H]
    [ComponentName(Name = "relative_position_index")] private readonly Tensor _index;                            // [L, L]

    /// <summary>Creates the table, zero.</summary>
    public RelativePositionBias(int grid, int heads) : base(nameof(RelativePositionBias))
    {
        _table = new TorchSharp.Modules.Parameter(zeros(Rows(grid), heads));
        _index = Index(grid);
        RegisterComponents();
    }

    /// <summary>The scores [H, L, L].</summary>
    public Tensor Scores() => Lookup(_table, _index);

    /// <summary>Rows of a table: one a distance, and one each for class token to patch, patch to class token, class token to itself.</summary>
    internal static int Rows(int grid) => (2 * grid - 1) * (2 * grid - 1) + 3;

    /// <summary>Row of the table for every pair of query and key, int64 [L, L].</summary>
    internal static Tensor Index(int grid)
    {
        using DisposeScope scope = NewDisposeScope();
        int rows = Rows(grid), side = 2 * grid - 1;
        Tensor line = arange(grid);
        Tensor y = line.repeat_interleave(grid), x = line.repeat(grid);                                // [N], row-major
        Tensor dy = y.unsqueeze(1) - y.unsqueeze(0) + (grid - 1), dx = x.unsqueeze(1) - x.unsqueeze(0) + (grid - 1);
        Tensor index = full([grid * grid + 1, grid * grid + 1], rows - 1, ScalarType.Int64);           // class token to itself
        index[0, 1..] = rows - 3;
        index[1.., 0] = rows - 2;
        index[1.., 1..] = dy * side + dx;
        return index.DetachFromDisposeScope();
    }

    /// <summary>Scores [H, L, L] of a table.</summary>
    internal static Tensor Lookup(Tensor table, Tensor index)
    {
        using DisposeScope scope = NewDisposeScope();
        long length = index.size(0);
        return table.index_select(0, index.flatten()).view(length, length, -1).permute(2, 0, 1).contiguous().MoveToOuterDisposeScope();
    }
}
