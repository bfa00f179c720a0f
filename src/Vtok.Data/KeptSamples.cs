namespace Vtok.Data;

/// <summary>Decoded samples that a loader keeps in memory.</summary>
/// <param name="Count">Samples.</param>
/// <param name="Bytes">Bytes of their pixels and features.</param>
/// <param name="IsFull">Whether there was no room for another one.</param>
public sealed record KeptSamples(int Count, long Bytes, bool IsFull);
