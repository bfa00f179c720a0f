namespace Vtok.Bench;

/// <summary>What a training step cost.</summary>
/// <param name="Seconds">Processor seconds of the cheapest step, which other programs stretch least.</param>
/// <param name="PeakMegabytes">Most memory that the process had to itself, the runtime's own and libtorch's tables (about 90 MB) included.</param>
/// <param name="Parameters">Numbers in the network's weights.</param>
internal sealed record TrainingCost(double Seconds, double PeakMegabytes, long Parameters);
