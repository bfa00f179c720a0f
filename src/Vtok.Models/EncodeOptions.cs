namespace Vtok.Models;

/// <summary>How hard to search when encoding.</summary>
public enum EncodeEffort
{
    /// <summary>Nested order: a shorter file is byte for byte the prefix of the full one.</summary>
    Default,

    /// <summary>Searches for the one length that was asked for; prefixes are merely good.</summary>
    High,
}

/// <summary>Options of <see cref="ITokenizerModel.Encode"/>.</summary>
public sealed record EncodeOptions
{
    /// <summary>Tokens wanted, or null for the most that the model gives.</summary>
    public int? Tokens { get; init; }

    /// <summary>Search effort. Default: <see cref="EncodeEffort.Default"/>.</summary>
    public EncodeEffort Effort { get; init; }

    /// <summary>Seed of the draws of an encoder that can sample; null means its deterministic choice.</summary>
    public ulong? Seed { get; init; }
}
