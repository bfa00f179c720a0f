namespace Vtok.Imaging;

/// <summary>What a picture file's header says.</summary>
/// <param name="Format">The format, told by the magic bytes.</param>
/// <param name="Width">Width of the upright picture.</param>
/// <param name="Height">Height of the upright picture.</param>
public readonly record struct ImageFileInfo(ImageFormat Format, int Width, int Height);
