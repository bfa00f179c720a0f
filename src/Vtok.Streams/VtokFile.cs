namespace Vtok.Streams;

/// <summary>A picture's tokens as a .vtok file holds them. Immutable; compared by content.</summary>
public sealed record VtokFile
{
    /// <summary>How the picture was brought to the model.</summary>
    public required VtokLayout Layout { get; init; }

    /// <summary>First four bytes of the model's key, big endian (<see cref="TokenizerInfo.ComputeFileKey"/>).</summary>
    public required uint Key { get; init; }

    /// <summary>Width of the picture as shown, 1 to 65535; null when it is not stored (crop, and fit at the native size).</summary>
    public int? Width { get; init; }

    /// <summary>Height of the picture as shown, 1 to 65535; null when it is not stored.</summary>
    public int? Height { get; init; }

    /// <summary>Pixels that neighbouring tiles share; 0 for other layouts.</summary>
    public int Overlap { get; init; }

    /// <summary>Ids: one lane a tile, row by row (<see cref="TileLayout"/>); one lane for other layouts.</summary>
    public required IReadOnlyList<ReadOnlyMemory<int>> Lanes { get; init; }

    /// <summary>What is said beside the tokens.</summary>
    public VtokExtensions Extensions { get; init; } = VtokExtensions.None;

    /// <summary>Tokens of the longest lane.</summary>
    public int Count => Lanes.Count == 0 ? 0 : Lanes.Max(lane => lane.Length);

    /// <summary>A file of <paramref name="info"/>'s tokens; stores the picture's size exactly where the format wants it.</summary>
    /// <param name="info">The tokenizer that made the ids.</param>
    /// <param name="layout">How the picture was brought to the model.</param>
    /// <param name="width">Width of the picture as shown.</param>
    /// <param name="height">Height of the picture as shown.</param>
    /// <param name="lanes">Ids, one lane a tile, else one lane.</param>
    /// <param name="overlap">Pixels that neighbouring tiles share; 0 for other layouts.</param>
    /// <param name="extensions">What is said beside the tokens.</param>
    /// <exception cref="ArgumentException">The description is not valid. The file itself is checked when it is written.</exception>
    public static VtokFile Create(
        TokenizerInfo info, VtokLayout layout, int width, int height, IReadOnlyList<ReadOnlyMemory<int>> lanes,
        int overlap = 0, VtokExtensions? extensions = null)
    {
        bool isSized = layout switch
        {
            VtokLayout.Crop => false,
            VtokLayout.Fit => width != info.NativeWidth || height != info.NativeHeight,
            _ => true,
        };
        return new VtokFile
        {
            Layout = layout,
            Key = info.ComputeFileKey(),
            Width = isSized ? width : null,
            Height = isSized ? height : null,
            Overlap = overlap,
            Lanes = lanes,
            Extensions = extensions ?? VtokExtensions.None,
        };
    }

    /// <inheritdoc/>
    public bool Equals(VtokFile? other)
        => other is not null && Layout == other.Layout && Key == other.Key && Width == other.Width && Height == other.Height
            && Overlap == other.Overlap && Extensions.Equals(other.Extensions) && Lanes.Count == other.Lanes.Count
            && Lanes.Zip(other.Lanes).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Layout, Key, Width, Height, Overlap, Lanes.Count);
}
