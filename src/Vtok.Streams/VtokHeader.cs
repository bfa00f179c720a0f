namespace Vtok.Streams;

/// <summary>What the bytes before the payload say, without a model.</summary>
public sealed record VtokHeader
{
    /// <summary>Format version. This build reads 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>How the picture was brought to the model.</summary>
    public required VtokLayout Layout { get; init; }

    /// <summary>First four bytes of the model's key, big endian.</summary>
    public required uint Key { get; init; }

    /// <summary>Width of the picture as shown, or null when it is the model's native width.</summary>
    public int? Width { get; init; }

    /// <summary>Height of the picture as shown, or null when it is the model's native height.</summary>
    public int? Height { get; init; }

    /// <summary>Overlap of neighbouring tiles in pixels; 0 for other layouts.</summary>
    public int Overlap { get; init; }

    /// <summary>Tokens of the longest lane.</summary>
    public required int Count { get; init; }

    /// <summary>Tokens of every lane, or null when all lanes have <see cref="Count"/>.</summary>
    public IReadOnlyList<int>? LaneCounts { get; init; }

    /// <summary>The extension items. Kept positions are checked only against a model.</summary>
    public VtokExtensions Extensions { get; init; } = VtokExtensions.None;

    /// <summary>Bytes before the payload.</summary>
    public int HeaderLength { get; init; }

    /// <summary>Whether the file ends in CRC-32C (4 bytes) instead of CRC-16 (2 bytes).</summary>
    public bool HasLongCheck { get; init; }

    /// <summary>Bytes of the check.</summary>
    public int CheckLength => HasLongCheck ? 4 : 2;
}
