namespace Vtok.Models.FlexTok;

/// <summary>Checks that encoder and decoder share.</summary>
internal static class FlexTokGeometry
{
    private const long LargestTable = 1 << 26; // values of a table of positions: a thousand times a published one

    public static void Validate(string part, int channels, int patch, IReadOnlyList<int> grid, int registers, int codeDimension, int width)
    {
        if (channels < 1 || patch < 1 || registers < 0 || codeDimension < 1)
            throw new ArgumentException($"{part}: channels_in {channels}, patch_sizes {patch}, {registers} registers, codes of {codeDimension}: expected at least 1 of each, or 0 registers");
        if (grid.Count != 2 || grid.Any(size => size < 1))
            throw new ArgumentException($"{part}: max_sizes [{string.Join(", ", grid)}], expected two sizes of at least 1");
        if ((long)grid[0] * grid[1] * width > LargestTable || (long)registers * width > LargestTable)
            throw new ArgumentException($"{part}: positions for {grid[0]}x{grid[1]} patches and {registers} registers of width {width}, expected at most {LargestTable} values each");
        if (width % 4 != 0)
            throw new ArgumentException($"{part}: dim {width}, expected a multiple of 4 for the sines and cosines of two axes");
    }

    /// <summary>Refuses latents that are no whole number of patches or more than there are positions for.</summary>
    public static void CheckLatents(Tensor latents, int channels, int patch, IReadOnlyList<int> grid, string name)
    {
        if (latents.ndim != 4 || latents.size(1) != channels || latents.size(2) % patch != 0 || latents.size(3) % patch != 0
            || latents.size(2) > grid[0] * patch || latents.size(3) > grid[1] * patch || latents.size(2) == 0 || latents.size(3) == 0)
            throw new ArgumentException(
                $"latents [{string.Join(", ", latents.shape)}], expected [B, {channels}, h, w] with h and w multiples of {patch}, at most {grid[0] * patch} and {grid[1] * patch}", name);
    }
}
