using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>How <see cref="ImageTokenizer"/> encodes a picture.</summary>
public sealed record ImageEncodeOptions
{
    /// <summary>Layout; null means fit for models with a native size and grid for the others.</summary>
    public VtokLayout? Layout { get; init; }

    /// <summary>Tokens a lane, one of the model's lengths; null means the most.</summary>
    public int? Tokens { get; init; }

    /// <summary>Largest file in bytes: as many tokens a lane are kept as fit, within <see cref="Tokens"/>; null means no limit.</summary>
    public int? TargetBytes { get; init; }

    /// <summary>Pixels that neighbouring tiles share, 0 to half the smaller native side; null means an eighth of it. Only for tile.</summary>
    public int? Overlap { get; init; }

    /// <summary>Search effort. Default: <see cref="EncodeEffort.Default"/>, whose shorter files are prefixes of longer ones.</summary>
    public EncodeEffort Effort { get; init; }

    /// <summary>Seed of the draws of an encoder that can sample; null means its deterministic choice.</summary>
    public ulong? Seed { get; init; }

    /// <summary>How to decode, to be noted in the file for a model whose decoder samples. Default: nothing is noted.</summary>
    public DecodeHints Hints { get; init; } = new();

    /// <summary>Colour that transparent pixels were laid on, to be noted in the file; null notes nothing.</summary>
    public VtokBackground? Background { get; init; }
}
