namespace Vtok.Models.FlexTok;

/// <summary>Sequences of one length within a pack.</summary>
/// <param name="Sequences">Number of sequences.</param>
/// <param name="Registers">Register rows of each.</param>
/// <param name="Weight">How many equal registers the last row of each stands for; 1 for an ordinary row.</param>
internal readonly record struct TokenGroup(int Sequences, int Registers, int Weight = 1);
