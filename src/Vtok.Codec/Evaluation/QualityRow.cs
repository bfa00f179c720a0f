namespace Vtok.Codec.Evaluation;

/// <summary>Means over the pictures at one number of tokens.</summary>
/// <param name="Method">The model's name, or that of a classical codec.</param>
/// <param name="Tokens">Tokens of each picture; for a classical codec those whose file set its budget.</param>
/// <param name="Pictures">Pictures measured; a classical codec leaves out those that it cannot bring under the budget.</param>
/// <param name="Bytes">Bytes of the whole file, headers included.</param>
/// <param name="Psnr">PSNR over the three channels, dB; a picture without any error counts as <see cref="Vtok.Imaging.ImageMetrics.PsnrCap"/>.</param>
/// <param name="Ssim">SSIM of the luma.</param>
/// <param name="MsSsim">MS-SSIM, mean over the channels.</param>
/// <param name="Gmsd">Gradient magnitude similarity deviation; lower is better.</param>
/// <param name="Perceptual">LPIPS-SqueezeNet, or null when it was not measured; lower is better.</param>
public sealed record QualityRow(string Method, int Tokens, int Pictures, double Bytes, double Psnr, double Ssim, double MsSsim, double Gmsd, double? Perceptual);
