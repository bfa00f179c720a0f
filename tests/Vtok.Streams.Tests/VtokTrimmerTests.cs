namespace Vtok.Streams.Tests;

[TestClass]
public sealed class VtokTrimmerTests
{
    [TestMethod]
    public void Every_length_of_a_nested_file_equals_writing_it_at_that_length()
    {
        int[] ids = Sample.Ids(Sample.Nested, 256);
        byte[] full = Write(Sample.Nested, ids);

        for (int count = 1; count <= 256; count++)
            Assert.IsTrue(Write(Sample.Nested, ids[..count]).AsSpan().SequenceEqual(VtokTrimmer.Trim(full, Sample.Nested, count)));
    }

    [TestMethod]
    public void A_length_that_is_not_the_models_is_a_usage_error()
    {
        AssertNotAllowed(Sample.Nested, 5, 0);
        AssertNotAllowed(Sample.Nested, 5, 257);
        AssertNotAllowed(Sample.Nested, 5, -1);
        AssertNotAllowed(Sample.Scales, 14, 4);
        AssertNotAllowed(Sample.Causal, 7, 6);
        AssertNotAllowed(Sample.Raster, 9, 8);
    }

    [TestMethod]
    public void A_grid_cannot_be_cut()
    {
        VtokFile file = VtokFile.Create(Sample.Grid, VtokLayout.Grid, 32, 32, [new int[4]]);

        Assert.AreEqual(file, VtokTrimmer.Trim(file, Sample.Grid, 4));
        Assert.AreEqual(TokenFileError.LengthNotAllowed, Assert.ThrowsExactly<TokenFileException>(() => VtokTrimmer.Trim(file, Sample.Grid, 3)).Reason);
    }

    [TestMethod]
    public void A_set_cannot_be_cut_but_may_be_short_already()
    {
        byte[] bytes = Corpus.Files.First(f => f.Info == Sample.Set && VtokReader.Identify(f.Bytes).Count == 5).Bytes;

        Assert.IsTrue(bytes.AsSpan().SequenceEqual(VtokTrimmer.Trim(bytes, Sample.Set, 5)));
        Assert.IsTrue(bytes.AsSpan().SequenceEqual(VtokTrimmer.Trim(bytes, Sample.Set, 10)));
        Assert.AreEqual(TokenFileError.LengthNotAllowed, Assert.ThrowsExactly<TokenFileException>(() => VtokTrimmer.Trim(bytes, Sample.Set, 4)).Reason);
    }

    [TestMethod]
    public void Lanes_that_become_equal_lose_their_counts()
    {
        VtokFile file = VtokFile.Create(Sample.Nested, VtokLayout.Tile, 128, 48, [new int[200], new int[256]]);
        byte[] bytes = VtokWriter.Write(file, Sample.Nested);

        byte[] trimmed = VtokTrimmer.Trim(bytes, Sample.Nested, 100);

        Assert.IsNotNull(VtokReader.Identify(bytes).LaneCounts);
        Assert.IsNull(VtokReader.Identify(trimmed).LaneCounts);
    }

    [TestMethod]
    public void Trimming_a_file_in_memory_copies_no_ids()
    {
        int[] ids = Sample.Ids(Sample.Nested, 256);
        VtokFile file = VtokFile.Create(Sample.Nested, VtokLayout.Crop, 1, 1, [ids]);

        Assert.IsTrue(VtokTrimmer.Trim(file, Sample.Nested, 10).Lanes[0].Span.Overlaps(ids));
    }

    private static byte[] Write(TokenizerInfo info, int[] ids) => VtokWriter.Write(VtokFile.Create(info, VtokLayout.Fit, 768, 512, [ids]), info);

    private static void AssertNotAllowed(TokenizerInfo info, int count, int wanted)
    {
        byte[] bytes = Write(info, Sample.Ids(info, count));

        Assert.AreEqual(TokenFileError.LengthNotAllowed, Assert.ThrowsExactly<TokenFileException>(() => VtokTrimmer.Trim(bytes, info, wanted)).Reason);
    }
}
