namespace Vtok.Data;

/// <summary>What to do with a picture whose shorter side is below the side of the squares.</summary>
public enum SmallPictures
{
    /// <summary>Enlarge it; <see cref="ImageLoader.Enlarged"/> counts them.</summary>
    Enlarge,

    /// <summary>Treat it like a corrupt one: it is left out and named in <see cref="ImageLoader.Skipped"/>.</summary>
    LeaveOut,
}
