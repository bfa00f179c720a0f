using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>Residual quantisation over growing grids (VAR, arXiv 2404.02905, algorithms 1 and 2): a map to the ids of all scales and back.</summary>
/// <remarks>What is subtracted are codes of unit length, so the residual need not shrink from scale to scale.</remarks>
internal sealed class ScalePyramid(ScaleList scales, SharedQuantizer quantizer, ResidualConvolutions? convolutions = null)
{
    /// <summary>The scales.</summary>
    public ScaleList Scales => scales;

    /// <summary>A map [B, C, g, g] to the ids of its first <paramref name="count"/> scales, int64 [B, T], coarse to fine and row by row.</summary>
    /// <param name="map">Semantic channels first.</param>
    /// <param name="count">How many scales.</param>
    /// <param name="observe">Told of every scale.</param>
    public Tensor Encode(Tensor map, int count, Action<ScaleStep>? observe = null)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor books = quantizer.Books(), residual = map;
        List<Tensor> ids = [];
        for (int i = 0; i < count; i++)
        {
            using DisposeScope step = NewDisposeScope();
            int side = scales.Sides[i];
            Tensor pooled = Shrink(residual, side).permute(0, 2, 3, 1);                                                   // [B, S, S, C]
            Tensor found = quantizer.Find(pooled.reshape(-1, map.size(1)), books).view(map.size(0), side * side); // [B, S^2]
            ids.Add(found.MoveToOuterDisposeScope());
            if (i == count - 1 && observe is null)
                break;
            Tensor quantized = Spread(found, i);                                                                          // [B, C, g, g]
            residual = (residual - quantized).MoveToOuterDisposeScope();
            observe?.Invoke(new ScaleStep(i, pooled, quantized, residual));
        }
        return cat(ids, 1).MoveToOuterDisposeScope();
    }

    /// <summary>The sum of the codes of whole scales, each resized straight to the last one: int64 [B, T] to [B, C, g, g].</summary>
    /// <exception cref="ArgumentException">The ids end inside a scale.</exception>
    public Tensor Decode(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = scales.ScalesIn(ids.size(1));
        Tensor? sum = null;
        for (int i = 0, start = 0; i < count; start = scales.Lengths[i++])
        {
            using DisposeScope step = NewDisposeScope();
            Tensor quantized = Spread(ids.narrow(1, start, scales.Lengths[i] - start), i);
            sum = (sum is null ? quantized : sum + quantized).MoveToOuterDisposeScope();
        }
        return sum!.MoveToOuterDisposeScope();
    }

    /// <summary>Mean over the pixels of each of side x side bins, which overlap where the sides do not divide: [B, C, g, g] to [B, C, S, S].</summary>
    public static Tensor Shrink(Tensor map, int side) => functional.adaptive_avg_pool2d(map, side);

    /// <summary>Bicubic (a = -0.75, no antialias): [B, C, S, S] to [B, C, side, side].</summary>
    public static Tensor Resize(Tensor map, int side) =>
        functional.interpolate(map, size: [side, side], mode: InterpolationMode.Bicubic, align_corners: false);

    // Ids of one scale [B, S^2] to their codes at the last scale [B, C, g, g].
    private Tensor Spread(Tensor ids, int index)
    {
        int side = scales.Sides[index];
        Tensor codes = quantizer.Codes(ids.flatten()).view(ids.size(0), side, side, quantizer.CodeDimension); // [B, S, S, C]
        Tensor grid = codes.permute(0, 3, 1, 2).contiguous();
        Tensor resized = side == scales.Last ? grid : Resize(grid, scales.Last);                              // [B, C, g, g]
        return convolutions?.Apply(resized, index, scales.Sides.Count) ?? resized;
    }
}
