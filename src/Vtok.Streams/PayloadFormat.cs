namespace Vtok.Streams;

/// <summary>The raw payload: the ids of all lanes, round robin, bit by bit.</summary>
internal static class PayloadFormat
{
    /// <summary>Fills <paramref name="destination"/>, which has exactly the payload's length, with ids that are known to be in range.</summary>
    public static void Write(IReadOnlyList<ReadOnlyMemory<int>> lanes, LaneSchedule schedule, ImageVocabulary vocabulary, Span<byte> destination)
    {
        if (lanes.Count == 1)
        {
            BitPacker.TryPack(lanes[0].Span, vocabulary, destination, out _);
            return;
        }
        var writer = new BitWriter(destination);
        while (schedule.MoveNext())
        {
            int bits = vocabulary.BitsAt(schedule.Position);
            for (int i = 0; i < schedule.Active; i++)
                writer.Write((uint)lanes[schedule.LaneAt(i)].Span[schedule.Position], bits);
        }
        writer.Flush();
    }

    /// <summary>Reads lanes out of exactly the payload's bytes.</summary>
    public static Fault? TryRead(ReadOnlySpan<byte> payload, LaneSchedule schedule, ImageVocabulary vocabulary, out ReadOnlyMemory<int>[] lanes)
    {
        lanes = Allocate(schedule, out int[] ids, out int[] starts);
        bool isPadded = schedule.Lanes == 1
            ? BitPacker.Unpack(payload, vocabulary, ids)
            : ReadRoundRobin(payload, schedule, vocabulary, ids, starts);
        for (int lane = 0; lane < lanes.Length; lane++)
        {
            int bad = BitPacker.IndexOfOutOfRange(lanes[lane].Span, vocabulary);
            if (bad >= 0)
                return OutOfRange(lane, bad, lanes[lane].Span[bad], vocabulary);
        }
        return isPadded ? null : Padding;
    }

    public static Fault Padding { get; } = new(TokenFileError.NotCanonical, "the bits after the last token must be zero");

    public static Fault OutOfRange(int lane, int position, int id, ImageVocabulary vocabulary)
        => new(TokenFileError.TokenOutOfRange, $"lane {lane}, position {position}: token {id}, expected below {vocabulary.SizeAt(position)}");

    /// <summary>One array for all ids, and each lane's slice of it.</summary>
    public static ReadOnlyMemory<int>[] Allocate(LaneSchedule schedule, out int[] ids, out int[] starts)
    {
        ids = new int[schedule.TotalTokens];
        starts = new int[schedule.Lanes];
        var lanes = new ReadOnlyMemory<int>[schedule.Lanes];
        for (int lane = 0, start = 0; lane < lanes.Length; start += schedule.CountOf(lane++))
        {
            starts[lane] = start;
            lanes[lane] = ids.AsMemory(start, schedule.CountOf(lane));
        }
        return lanes;
    }

    private static bool ReadRoundRobin(ReadOnlySpan<byte> payload, LaneSchedule schedule, ImageVocabulary vocabulary, int[] ids, int[] starts)
    {
        var reader = new BitReader(payload);
        while (schedule.MoveNext())
        {
            int bits = vocabulary.BitsAt(schedule.Position);
            for (int i = 0; i < schedule.Active; i++)
                ids[starts[schedule.LaneAt(i)] + schedule.Position] = (int)reader.Read(bits);
        }
        return reader.IsPaddedWithZeros();
    }
}
