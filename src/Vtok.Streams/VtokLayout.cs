namespace Vtok.Streams;

/// <summary>How a picture was brought to the model. The values are those of the file.</summary>
public enum VtokLayout
{
    /// <summary>The whole picture squeezed to the native size; decodes to the original size.</summary>
    Fit = 0,

    /// <summary>The centre square; decodes to the native size.</summary>
    Crop = 1,

    /// <summary>Tiles of native size at the picture's own scale, with blended overlaps; one lane a tile.</summary>
    Tile = 2,

    /// <summary>One token a patch, for models without a native size.</summary>
    Grid = 3,
}
