using Vtok.Imaging;

namespace Vtok.Codec.Sheets;

/// <summary>A picture on a sheet.</summary>
/// <param name="Picture">The picture, scaled to the cell.</param>
/// <param name="Label">One line under it; ASCII letters, digits and common signs.</param>
public readonly record struct SheetCell(RgbImage Picture, string Label);
