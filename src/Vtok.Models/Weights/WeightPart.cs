namespace Vtok.Models.Weights;

/// <summary>One file of a model that is published in several, each holding tensors of its own.</summary>
/// <param name="Stem">File name without extension; any extension of weights goes with it.</param>
/// <param name="Prefix">Put before names that do not begin with it yet, such as "visual_encoder."; empty for none.</param>
public sealed record WeightPart(string Stem, string Prefix = "");
