namespace Vtok.Models.Residual;

/// <summary>Cuts planes into square patches, row by row, and puts them together again.</summary>
internal static class Patches
{
    /// <summary>[B, 3, n, n] -> [B * grid * grid, 3 * patch * patch].</summary>
    public static Tensor Cut(Tensor planes, int patch)
    {
        using DisposeScope scope = NewDisposeScope();
        long grid = planes.size(2) / patch;
        return planes.reshape(-1, 3, grid, patch, grid, patch)
            .permute(0, 2, 4, 1, 3, 5)                                                                    // [B, g, g, 3, p, p]
            .reshape(-1, 3 * patch * patch).MoveToOuterDisposeScope();
    }

    /// <summary>[B * grid * grid, 3 * patch * patch] -> [B, 3, n, n].</summary>
    public static Tensor Join(Tensor vectors, int grid, int patch)
    {
        using DisposeScope scope = NewDisposeScope();
        return vectors.reshape(-1, grid, grid, 3, patch, patch)
            .permute(0, 3, 1, 4, 2, 5)                                                                    // [B, 3, g, p, g, p]
            .reshape(-1, 3, (long)grid * patch, (long)grid * patch).MoveToOuterDisposeScope();
    }
}
