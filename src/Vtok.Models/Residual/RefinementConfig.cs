namespace Vtok.Models.Residual;

/// <summary>Size of a <see cref="RefinementDecoder"/>.</summary>
public sealed record RefinementConfig
{
    /// <summary>Channels at 1/4, 1/8 and 1/16 of the picture's side, each a multiple of 4. Default: 64, 128, 192 (3.6 M parameters).</summary>
    public IReadOnlyList<int> Widths { get; init; } = [64, 128, 192];

    /// <summary>Residual blocks of e0, e1, m, f1, f0. Default: 1, 2, 3, 2, 1.</summary>
    public IReadOnlyList<int> Blocks { get; init; } = [1, 2, 3, 2, 1];
}
