namespace Vtok.Models.Quantizers;

/// <summary>What configs and recipes call quantizers, in the order of the enumerations.</summary>
public static class QuantizerNames
{
    /// <summary>Names of <see cref="QuantizerKind"/>.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["vq", "residual", "fsq", "lfq", "bsq"];

    /// <summary>Names of <see cref="CodebookLearning"/>.</summary>
    public static IReadOnlyList<string> Learning { get; } = ["gradient", "moving-average", "clustering", "soft"];
}
