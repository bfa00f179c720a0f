namespace Vtok.Streams;

/// <summary>The colour that transparent pixels were laid on.</summary>
/// <param name="R">Red, 0 to 255, sRGB.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct VtokBackground(byte R, byte G, byte B);
