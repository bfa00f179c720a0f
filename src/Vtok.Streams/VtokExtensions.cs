namespace Vtok.Streams;

/// <summary>What a token file may say beside its tokens; every item is optional.</summary>
public sealed record VtokExtensions
{
    /// <summary>No item at all.</summary>
    public static VtokExtensions None { get; } = new();

    /// <summary>Tag 2: the colour that transparent pixels were laid on.</summary>
    public VtokBackground? Background { get; init; }

    /// <summary>Tag 4: decode steps, 1 to 1000.</summary>
    public int? Steps { get; init; }

    /// <summary>Tag 6: guidance in hundredths, 0 to 100,000.</summary>
    public int? Guidance { get; init; }

    /// <summary>Tag 8: seed of the decoder's draws.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Tag 1: the kept positions of every lane, packed by <see cref="Streams.KeptPositions"/>.</summary>
    /// <remarks>Order Set has them always, others never (empty).</remarks>
    public ReadOnlyMemory<byte> KeptPositions { get; init; }

    /// <summary>Items with even tags of later versions, in ascending order of tag; written back as they are.</summary>
    public IReadOnlyList<VtokExtensionItem> Others { get; init; } = [];

    /// <summary>Whether there is no item.</summary>
    public bool IsEmpty => ExtensionFormat.Items(this).Count == 0;

    /// <summary>Compares the items byte by byte.</summary>
    public bool Equals(VtokExtensions? other)
        => other is not null && ExtensionFormat.Write(this).AsSpan().SequenceEqual(ExtensionFormat.Write(other));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Background, Steps, Guidance, Seed, Others.Count);
}
