namespace Vtok.Models.Residual;

/// <summary>A square part of a picture.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Side">Side in pixels.</param>
public readonly record struct SquareCrop(int Top, int Left, int Side);
