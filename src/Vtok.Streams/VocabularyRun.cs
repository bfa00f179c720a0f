namespace Vtok.Streams;

/// <summary>A run of consecutive positions that share one vocabulary.</summary>
/// <param name="Size">Number of codes, at least 2: a position with a single code would carry nothing.</param>
/// <param name="Positions">Number of positions; 0 stands for "all that follow" (models without a native size).</param>
public readonly record struct VocabularyRun(int Size, int Positions);
