namespace Vtok.Data;

/// <summary>A sample that could not be used.</summary>
/// <param name="Location">Where it lies.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SkippedSample(string Location, string Reason);
