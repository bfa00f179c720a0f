namespace Vtok.Bench;

/// <summary>What a worker measured.</summary>
/// <param name="Seconds">Fastest run.</param>
/// <param name="PeakMegabytes">Most resident memory of its process.</param>
/// <param name="MatrixShare">Share of time in matrix products, or null where the libraries print none.</param>
/// <param name="ConvolutionShare">Share of time in convolutions and their changes of layout, or null where the libraries print none.</param>
internal sealed record NetworkResult(double Seconds, double PeakMegabytes, double? MatrixShare, double? ConvolutionShare);
