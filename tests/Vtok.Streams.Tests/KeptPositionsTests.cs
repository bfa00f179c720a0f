using CsCheck;

namespace Vtok.Streams.Tests;

[TestClass]
public sealed class KeptPositionsTests
{
    [TestMethod]
    public void Positions_unpack_as_they_were_packed()
        => (from grid in Gen.Int[1, 60]
            from lanes in Gen.Int[0, grid - 1].HashSet[1, grid].Array[1, 5]
            select (grid, lanes)).Sample(t =>
        {
            int[][] positions = [.. t.lanes.Select(lane => lane.Order().ToArray())];
            byte[] packed = KeptPositions.Pack([.. positions.Select(lane => (ReadOnlyMemory<int>)lane)], t.grid);

            Assert.HasCount(t.lanes.Length * KeptPositions.BytesPerLane(t.grid), packed);
            for (int lane = 0; lane < positions.Length; lane++)
                Assert.IsTrue(positions[lane].AsSpan().SequenceEqual(KeptPositions.Unpack(packed, lane, t.grid)));
        }, iter: 300);

    [TestMethod]
    public void The_first_position_is_the_most_significant_bit()
        => Assert.AreEqual("8040", Convert.ToHexString(KeptPositions.Pack([new[] { 0, 9 }], 12)));

    [TestMethod]
    public void Positions_out_of_order_or_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => KeptPositions.Pack([new[] { 1, 1 }], 4));
        Assert.ThrowsExactly<ArgumentException>(() => KeptPositions.Pack([new[] { 2, 1 }], 4));
        Assert.ThrowsExactly<ArgumentException>(() => KeptPositions.Pack([new[] { 4 }], 4));
        Assert.ThrowsExactly<ArgumentException>(() => KeptPositions.Pack([new[] { -1 }], 4));
    }
}
