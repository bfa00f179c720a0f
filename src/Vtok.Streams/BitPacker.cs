namespace Vtok.Streams;

/// <summary>Packs the ids of one lane: every id in ceil(log2(size)) bits of its position, most significant bit first.</summary>
/// <remarks>The last byte is padded with zero bits.</remarks>
public static class BitPacker
{
    /// <summary>Bytes that the first <paramref name="count"/> ids take.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary has fewer positions, or the bytes are 2^31 or more.</exception>
    public static int GetByteCount(ImageVocabulary vocabulary, int count)
    {
        long bytes = (vocabulary.BitsOfFirst(count) + 7) / 8;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, int.MaxValue, nameof(count));
        return (int)bytes;
    }

    /// <summary>Packs <paramref name="ids"/>; returns false, writing nothing, when the destination is too small.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not below the vocabulary size of its position, or there are too many ids.</exception>
    public static bool TryPack(ReadOnlySpan<int> ids, ImageVocabulary vocabulary, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        int needed = GetByteCount(vocabulary, ids.Length);
        if (destination.Length < needed)
            return false;
        int bad = IndexOfOutOfRange(ids, vocabulary);
        if (bad >= 0)
            throw new ArgumentOutOfRangeException(nameof(ids), ids[bad], $"id at position {bad}, expected 0 to {vocabulary.SizeAt(bad) - 1}");

        var writer = new BitWriter(destination);
        int position = 0;
        foreach (VocabularyRun run in vocabulary.Runs)
        {
            int bits = ImageVocabulary.BitsFor(run.Size);
            int end = EndOf(run, position, ids.Length);
            foreach (int id in ids[position..end])
                writer.Write((uint)id, bits);
            position = end;
        }
        writer.Flush();
        bytesWritten = needed;
        return true;
    }

    /// <summary>Fills <paramref name="ids"/>; returns false when the source is too short, an id is out of range, or the padding is not zero.</summary>
    /// <remarks>After false the content of <paramref name="ids"/> is undefined. Bytes after the last id's are left alone.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There are more ids than positions.</exception>
    public static bool TryUnpack(ReadOnlySpan<byte> source, ImageVocabulary vocabulary, Span<int> ids, out int bytesRead)
    {
        bytesRead = 0;
        int needed = GetByteCount(vocabulary, ids.Length);
        if (source.Length < needed || !Unpack(source[..needed], vocabulary, ids) || IndexOfOutOfRange(ids, vocabulary) >= 0)
            return false;
        bytesRead = needed;
        return true;
    }

    /// <summary>Fills <paramref name="ids"/> without looking at their range; false when the padding is not zero.</summary>
    internal static bool Unpack(ReadOnlySpan<byte> source, ImageVocabulary vocabulary, Span<int> ids)
    {
        var reader = new BitReader(source);
        int position = 0;
        foreach (VocabularyRun run in vocabulary.Runs)
        {
            int bits = ImageVocabulary.BitsFor(run.Size);
            int end = EndOf(run, position, ids.Length);
            foreach (ref int id in ids[position..end])
                id = (int)reader.Read(bits);
            position = end;
        }
        return reader.IsPaddedWithZeros();
    }

    /// <summary>First position whose id is negative or not below its vocabulary size, or -1.</summary>
    internal static int IndexOfOutOfRange(ReadOnlySpan<int> ids, ImageVocabulary vocabulary)
    {
        int position = 0;
        foreach (VocabularyRun run in vocabulary.Runs)
        {
            int end = EndOf(run, position, ids.Length);
            int bad = ids[position..end].IndexOfAnyExceptInRange(0, run.Size - 1);
            if (bad >= 0)
                return position + bad;
            position = end;
        }
        return -1;
    }

    private static int EndOf(VocabularyRun run, int position, int length)
        => run.Positions == 0 ? length : Math.Min(length, position + run.Positions);
}
