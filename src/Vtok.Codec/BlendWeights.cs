namespace Vtok.Codec;

/// <summary>Weights of overlapping tiles along one side: linear ramps over what neighbours share, summing to one at every pixel.</summary>
internal static class BlendWeights
{
    /// <param name="side">Length of the side in pixels.</param>
    /// <param name="tile">Length of a tile.</param>
    /// <param name="origins">Where the tiles begin, ascending.</param>
    /// <returns>For each tile one weight for each of its pixels that lie inside the side.</returns>
    public static float[][] Along(int side, int tile, IReadOnlyList<int> origins)
    {
        int length = Math.Min(tile, side);
        float[][] weights = new float[origins.Count][];
        float[] sums = new float[side];
        for (int i = 0; i < weights.Length; i++)
        {
            int before = i > 0 ? origins[i - 1] + length - origins[i] : 0;                  // pixels shared with the tile before
            int after = i + 1 < weights.Length ? origins[i] + length - origins[i + 1] : 0; // and with the one after
            weights[i] = new float[length];
            for (int x = 0; x < length; x++)
            {
                float rise = x < before ? (x + 1f) / (before + 1) : 1;
                float fall = length - x <= after ? (length - x) / (after + 1f) : 1;
                weights[i][x] = Math.Min(rise, fall);
                sums[origins[i] + x] += weights[i][x];
            }
        }
        for (int i = 0; i < weights.Length; i++)
            for (int x = 0; x < length; x++)
                weights[i][x] /= sums[origins[i] + x]; // exactly 1 already, except where the last tile was pushed back over two others
        return weights;
    }
}
