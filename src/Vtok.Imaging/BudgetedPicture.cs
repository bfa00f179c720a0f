namespace Vtok.Imaging;

/// <summary>A picture squeezed into a real file of a classical codec, and what comes out of it.</summary>
/// <param name="File">The file as it would lie on disk.</param>
/// <param name="Format">Its format.</param>
/// <param name="Width">Width of the picture inside the file, at most the original's.</param>
/// <param name="Height">Height of the picture inside the file.</param>
/// <param name="Quality">The encoder's quality, 1..100.</param>
/// <param name="Picture">The file decoded and enlarged to the original's size.</param>
/// <param name="Psnr">Of <paramref name="Picture"/> against the original, dB.</param>
public sealed record BudgetedPicture(byte[] File, ImageFormat Format, int Width, int Height, int Quality, RgbImage Picture, double Psnr);
