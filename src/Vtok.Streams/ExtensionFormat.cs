using System.Buffers.Binary;

namespace Vtok.Streams;

/// <summary>The extension block: items of varint tag, varint length and bytes, in ascending order of tag.</summary>
internal static class ExtensionFormat
{
    private const uint KeptPositionsTag = 1;
    private const uint BackgroundTag = 2;
    private const uint StepsTag = 4;
    private const uint GuidanceTag = 6;
    private const uint SeedTag = 8;
    private const int MostSteps = 1_000;
    private const int MostGuidance = 100_000;

    public static List<VtokExtensionItem> Items(VtokExtensions extensions)
    {
        var items = new List<VtokExtensionItem>();
        if (!extensions.KeptPositions.IsEmpty)
            items.Add(new(KeptPositionsTag, extensions.KeptPositions));
        if (extensions.Background is { } background)
            items.Add(new(BackgroundTag, new[] { background.R, background.G, background.B }));
        if (extensions.Steps is { } steps)
            items.Add(new(StepsTag, Varint.ToBytes((uint)steps)));
        if (extensions.Guidance is { } guidance)
            items.Add(new(GuidanceTag, Varint.ToBytes((uint)guidance)));
        if (extensions.Seed is { } seed)
        {
            byte[] bytes = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
            items.Add(new(SeedTag, bytes));
        }
        items.AddRange(extensions.Others);
        items.Sort((a, b) => a.Tag.CompareTo(b.Tag));
        return items;
    }

    /// <summary>The block's bytes, without its length.</summary>
    public static byte[] Write(VtokExtensions extensions)
    {
        var bytes = new List<byte>();
        foreach (VtokExtensionItem item in Items(extensions))
        {
            bytes.AddRange(Varint.ToBytes(item.Tag));
            bytes.AddRange(Varint.ToBytes((uint)item.Value.Length));
            bytes.AddRange(item.Value.Span);
        }
        return [.. bytes];
    }

    public static Fault? TryRead(ReadOnlySpan<byte> block, out VtokExtensions extensions)
    {
        extensions = VtokExtensions.None;
        // One copy of the block; the items are slices of it.
        ReadOnlyMemory<byte> memory = block.ToArray();
        var others = new List<VtokExtensionItem>();
        var cursor = new ByteCursor(block);
        long previous = -1;
        while (cursor.Position < block.Length)
        {
            if (!cursor.TryReadVarint("extension tag", out uint tag) || !cursor.TryReadVarint("extension length", out uint length))
                return WithinBlock(cursor.Fault!);
            if (tag <= previous)
                return Malformed($"tag {tag} after tag {previous}, expected ascending tags");
            if (length > block.Length - cursor.Position)
                return Malformed($"item {tag} has {length} bytes, only {block.Length - cursor.Position} are left");
            ReadOnlyMemory<byte> value = memory.Slice(cursor.Position, (int)length);
            if (Apply(tag, value, ref extensions, others) is { } fault)
                return fault;
            cursor.Skip((int)length);
            previous = tag;
        }
        if (others.Count > 0)
            extensions = extensions with { Others = others };
        return null;
    }

    private static Fault? Apply(uint tag, ReadOnlyMemory<byte> value, ref VtokExtensions extensions, List<VtokExtensionItem> others)
    {
        ReadOnlySpan<byte> bytes = value.Span;
        switch (tag)
        {
            case KeptPositionsTag:
                if (bytes.IsEmpty)
                    return Malformed("kept positions of 0 bytes, expected at least 1");
                extensions = extensions with { KeptPositions = value };
                return null;
            case BackgroundTag:
                if (bytes.Length != 3)
                    return Malformed($"background of {bytes.Length} bytes, expected 3");
                extensions = extensions with { Background = new(bytes[0], bytes[1], bytes[2]) };
                return null;
            case StepsTag:
                extensions = extensions with { Steps = ReadNumber("decode steps", bytes, 1, MostSteps, out Fault? badSteps) };
                return badSteps;
            case GuidanceTag:
                extensions = extensions with { Guidance = ReadNumber("guidance", bytes, 0, MostGuidance, out Fault? badGuidance) };
                return badGuidance;
            case SeedTag:
                if (bytes.Length != 8)
                    return Malformed($"seed of {bytes.Length} bytes, expected 8");
                extensions = extensions with { Seed = BinaryPrimitives.ReadUInt64LittleEndian(bytes) };
                return null;
            case var _ when tag % 2 == 0:
                others.Add(new(tag, value));
                return null;
            default:
                return Malformed($"tag {tag} is unknown and must be understood; this file needs a newer vtok");
        }
    }

    private static int ReadNumber(string name, ReadOnlySpan<byte> bytes, uint least, uint most, out Fault? fault)
    {
        var cursor = new ByteCursor(bytes);
        fault = !cursor.TryReadVarint(name, out uint value) ? WithinBlock(cursor.Fault!)
            : cursor.Position != bytes.Length ? Malformed($"{name} of {bytes.Length} bytes, expected {cursor.Position}")
            : value < least || value > most ? Malformed($"{name} {value}, expected {least} to {most}")
            : null;
        return (int)value;
    }

    private static Fault WithinBlock(Fault fault)
        => fault.Reason == TokenFileError.Truncated ? Malformed("the block ends inside an item") : fault;

    private static Fault Malformed(string message) => new(TokenFileError.Malformed, $"extension block: {message}");
}
