using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>A sample whose picture is decoded, and transformed where the transform draws nothing.</summary>
/// <param name="Sample">What is known of it, without the file's bytes.</param>
/// <param name="Picture">The picture; shared by all who read the sample, never written to.</param>
internal sealed record DecodedSample(Sample Sample, RgbImage Picture);
