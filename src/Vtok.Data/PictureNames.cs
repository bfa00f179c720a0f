namespace Vtok.Data;

/// <summary>Which names are picture files, and what a name is without its extension.</summary>
internal static class PictureNames
{
    private static readonly HashSet<string> Extensions =
        new(["jpg", "jpeg", "png", "webp", "avif", "tif", "tiff", "gif"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Largest file taken from an archive; the limit of DESIGN section 5.</summary>
    public const long MaxFileBytes = 64L << 20;

    /// <summary>Whether a name ends like a picture file.</summary>
    public static bool IsPicture(string name) => IsPictureExtension(Path.GetExtension(name).TrimStart('.'));

    /// <summary>Whether an extension without its dot is that of a picture file.</summary>
    public static bool IsPictureExtension(string extension) => Extensions.Contains(extension);

    /// <summary>A relative path with forward slashes and without its extension.</summary>
    public static string Key(string relativePath)
    {
        string name = relativePath.Replace('\\', '/');
        int dot = name.LastIndexOf('.');
        return dot > name.LastIndexOf('/') + 1 ? name[..dot] : name;
    }
}
