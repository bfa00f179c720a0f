namespace Vtok.Codec.Evaluation;

/// <summary>Means over the pictures at one number of tokens.</summary>
/// <param name="Tokens">Tokens of each picture.</param>
/// <param name="Bytes">Bytes of the .vtok file, header and check included.</param>
/// <param name="Psnr">PSNR over the three channels, dB.</param>
/// <param name="Ssim">SSIM of the luma.</param>
/// <param name="MsSsim">MS-SSIM, mean over the channels.</param>
/// <param name="Gmsd">Gradient magnitude similarity deviation; lower is better.</param>
/// <param name="Perceptual">LPIPS-SqueezeNet, or null when it was not measured; lower is better.</param>
public sealed record QualityRow(int Tokens, double Bytes, double Psnr, double Ssim, double MsSsim, double Gmsd, double? Perceptual);
