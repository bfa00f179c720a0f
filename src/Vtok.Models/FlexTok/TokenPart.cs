namespace Vtok.Models.FlexTok;

/// <summary>The tokens of one kind in one group of sequences.</summary>
/// <param name="Kind">Patches or registers.</param>
/// <param name="FirstSequence">Number of the group's first sequence among all.</param>
/// <param name="Sequences">Sequences of the group.</param>
internal readonly record struct TokenPart(TokenKind Kind, int FirstSequence, int Sequences);
