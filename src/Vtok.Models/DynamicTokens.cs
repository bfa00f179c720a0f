namespace Vtok.Models;

/// <summary>The tokens of one picture that chose its own number of them.</summary>
/// <param name="Ids">Ids, in order of position.</param>
/// <param name="Positions">The grid position that each stands for, row by row, ascending; as many as there are ids.</param>
public sealed record DynamicTokens(ReadOnlyMemory<int> Ids, ReadOnlyMemory<int> Positions);
