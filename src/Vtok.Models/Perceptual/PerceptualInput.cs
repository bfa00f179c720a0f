namespace Vtok.Models.Perceptual;

/// <summary>Checks what every perceptual network demands of its input.</summary>
internal static class PerceptualInput
{
    public const int MinSide = 32;

    /// <summary>Throws unless the pictures are [B, 3, H, W] with sides of 32 or more; returns them as float32.</summary>
    public static Tensor Check(Tensor pictures)
    {
        if (pictures.ndim != 4 || pictures.size(1) != 3 || pictures.size(2) < MinSide || pictures.size(3) < MinSide)
            throw new ArgumentException($"pictures are [{string.Join(", ", pictures.shape)}], expected [B, 3, H, W] with H and W of {MinSide} or more", nameof(pictures));
        return pictures.to(ScalarType.Float32);
    }

    /// <summary>Throws unless both have one shape.</summary>
    public static void CheckPair(Tensor x, Tensor y)
    {
        if (!x.shape.SequenceEqual(y.shape))
            throw new ArgumentException($"pictures are [{string.Join(", ", x.shape)}] and [{string.Join(", ", y.shape)}], expected one shape");
    }
}
