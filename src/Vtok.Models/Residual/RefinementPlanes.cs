namespace Vtok.Models.Residual;

/// <summary>Input planes of the refinement decoder, one cell for 4 x 4 pixels: 12 of the picture so far, then one mask a stage.</summary>
/// <remarks>The 12 are the sum of all known stages at half the side, in the opponent space, divided by 64, each 2 x 2 pixels laid into
/// channels. A mask is 1 where the patch's token is known (for the global stage the share of known tokens), enlarged to cells.
/// There are no planes of position: with them a perceptual loss draws a pattern of the period of the patches.</remarks>
public static class RefinementPlanes
{
    private const int SumPlanes = 12;
    private const double SumScale = 64;

    /// <summary>Planes for a configuration: 12 and one for the global stage, each raster stage and each level.</summary>
    public static int Count(ResidualConfig config) => SumPlanes + 1 + config.Stages.Count + config.Levels.Count;

    /// <summary>Makes the input of a part of the picture.</summary>
    /// <param name="codebooks">The books that made <paramref name="stages"/>.</param>
    /// <param name="stages">What <see cref="ResidualCodebooks.Dequantize"/> gave.</param>
    /// <param name="crop">Part of the picture, its numbers multiples of 4; null means the whole.</param>
    public static RefinementInput Make(ResidualCodebooks codebooks, StagePlanes stages, SquareCrop? crop = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        int side = codebooks.Config.Size;
        SquareCrop part = crop ?? new SquareCrop(0, 0, side);
        var half = new SquareCrop(part.Top / 2, part.Left / 2, part.Side / 2);
        Tensor sum = codebooks.OpponentPicture(stages, side: side / 2, crop: half) / SumScale;      // [B, 3, S/2, S/2]
        long cells = side / RefinementDecoder.CellSize;
        IEnumerable<Tensor> masks = stages.Known.Select(known => Cut(nn.functional.interpolate(known, [cells, cells], mode: InterpolationMode.Nearest), part));
        Tensor planes = cat([nn.functional.pixel_unshuffle(sum, 2), .. masks], 1);                  // [B, P, S/4, S/4]
        Tensor linear = codebooks.LinearPicture(stages, side, part) * 2 - 1;                        // [B, 3, S, S]
        return new RefinementInput(planes.MoveToOuterDisposeScope(), linear.MoveToOuterDisposeScope());
    }

    private static Tensor Cut(Tensor cells, SquareCrop part)
        => cells.narrow(2, part.Top / RefinementDecoder.CellSize, part.Side / RefinementDecoder.CellSize)
            .narrow(3, part.Left / RefinementDecoder.CellSize, part.Side / RefinementDecoder.CellSize);
}
