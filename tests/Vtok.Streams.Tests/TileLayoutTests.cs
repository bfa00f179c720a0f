using CsCheck;

namespace Vtok.Streams.Tests;

[TestClass]
public sealed class TileLayoutTests
{
    [TestMethod]
    public void Tiles_cover_every_pixel_and_end_at_the_border()
        => (from tile in Gen.Int[1, 50]
            from overlap in Gen.Int[0, tile / 2]
            from side in Gen.Int[1, 400]
            select (tile, overlap, side)).Sample(t =>
        {
            var layout = new TileLayout(t.side, 1, t.tile, t.tile, t.overlap);
            int[] origins = [.. Enumerable.Range(0, layout.Columns).Select(layout.X)];

            Assert.AreEqual(0, origins[0]);
            Assert.AreEqual(Math.Max(t.side - t.tile, 0), origins[^1]);
            for (int i = 1; i < origins.Length; i++)
                Assert.IsInRange(1, t.tile - t.overlap, origins[i] - origins[i - 1]);
        }, iter: 2_000);

    [TestMethod]
    [DataRow(256, 1, "0")]
    [DataRow(257, 2, "0 1")]
    [DataRow(480, 2, "0 224")]
    [DataRow(481, 3, "0 224 225")]
    [DataRow(768, 4, "0 224 448 512")]
    [DataRow(100, 1, "0")]
    public void Origins_are_multiples_of_the_stride_up_to_the_border(int side, int count, string origins)
    {
        var layout = new TileLayout(side, 300, 256, 300, 32);

        Assert.AreEqual(count, layout.Columns);
        Assert.AreEqual(1, layout.Rows);
        Assert.AreEqual(origins, string.Join(' ', Enumerable.Range(0, count).Select(layout.X)));
    }

    [TestMethod]
    public void Sizes_and_overlaps_out_of_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TileLayout(0, 1, 8, 8, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TileLayout(1, 1, 8, 4, 3));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TileLayout(1, 1, 8, 4, -1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new TileLayout(9, 9, 8, 8, 0).X(2));
    }
}
