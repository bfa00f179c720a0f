namespace Vtok.Imaging;

/// <summary>Modes of torch's <c>interpolate</c>, with <c>align_corners=False</c>.</summary>
public enum InterpolationMode
{
    /// <summary>The sample at floor(i * scale).</summary>
    Nearest,

    /// <summary>The sample under the centre, floor((i + 0.5) * scale).</summary>
    NearestExact,

    /// <summary>Means of adaptive windows.</summary>
    Area,

    /// <summary>Linear in both axes.</summary>
    Bilinear,

    /// <summary>Cubic with a = -0.75, or a = -0.5 with antialias.</summary>
    Bicubic,
}
