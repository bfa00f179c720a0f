namespace Vtok.Streams;

/// <summary>Which grid positions the tokens of order Set stand for: one bit a position, most significant first, each lane padded to a byte.</summary>
public static class KeptPositions
{
    /// <summary>Bytes that one lane takes.</summary>
    public static int BytesPerLane(int gridPositions) => (gridPositions + 7) / 8;

    /// <summary>Packs the positions of every lane.</summary>
    /// <param name="lanes">For each lane its kept positions, in strictly ascending order, each below <paramref name="gridPositions"/>.</param>
    /// <param name="gridPositions">Positions of the whole grid (the vocabulary's).</param>
    /// <exception cref="ArgumentException">Positions out of range or not ascending.</exception>
    public static byte[] Pack(IReadOnlyList<ReadOnlyMemory<int>> lanes, int gridPositions)
    {
        int stride = BytesPerLane(gridPositions);
        byte[] bits = new byte[lanes.Count * stride];
        for (int lane = 0; lane < lanes.Count; lane++)
        {
            int previous = -1;
            foreach (int position in lanes[lane].Span)
            {
                if (position <= previous || position >= gridPositions)
                {
                    throw new ArgumentException(
                        $"lane {lane}: position {position} after {previous}, expected ascending positions below {gridPositions}", nameof(lanes));
                }
                bits[lane * stride + position / 8] |= (byte)(0x80 >> (position % 8));
                previous = position;
            }
        }
        return bits;
    }

    /// <summary>The kept positions of one lane, in ascending order.</summary>
    /// <param name="packed">The item as a file holds it (<see cref="VtokExtensions.KeptPositions"/>).</param>
    /// <param name="lane">Which lane.</param>
    /// <param name="gridPositions">Positions of the whole grid (the vocabulary's).</param>
    public static int[] Unpack(ReadOnlySpan<byte> packed, int lane, int gridPositions)
    {
        int stride = BytesPerLane(gridPositions);
        ReadOnlySpan<byte> bits = packed.Slice(lane * stride, stride);
        var positions = new List<int>();
        for (int position = 0; position < gridPositions; position++)
        {
            if ((bits[position / 8] & (0x80 >> (position % 8))) != 0)
                positions.Add(position);
        }
        return [.. positions];
    }
}
