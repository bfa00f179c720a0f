namespace Vtok.Streams.Tests;

[TestClass]
public sealed class VtokReaderTests
{
    private static readonly TokenizerInfo Tiny = Sample.Make(TokenOrder.Nested, [1, 4], new VocabularyRun(200, 4));

    [TestMethod]
    public void A_file_of_256_tokens_of_12_bits_takes_401_bytes()
    {
        int[] ids = Sample.Ids(Sample.Nested, 256);
        VtokFile file = VtokFile.Create(Sample.Nested, VtokLayout.Fit, 768, 512, [ids]);

        byte[] bytes = VtokWriter.Write(file, Sample.Nested);

        Assert.AreEqual(file, VtokReader.Read(bytes, Sample.Nested));
        Assert.HasCount(3 + 1 + 1 + 4 + 4 + 2 + 384 + 2, bytes);
    }

    [TestMethod]
    public void A_stream_reads_like_a_span()
    {
        foreach ((TokenizerInfo info, byte[] bytes) in Corpus.Files)
        {
            using var input = new MemoryStream(bytes);
            using var output = new MemoryStream();
            VtokFile file = VtokReader.Read(input, info);
            VtokWriter.Write(file, info, output);

            Assert.AreEqual(VtokReader.Read(bytes, info), file);
            Assert.IsTrue(bytes.AsSpan().SequenceEqual(output.ToArray()));
        }
    }

    [TestMethod]
    public void A_file_cut_at_any_byte_is_refused()
    {
        foreach ((TokenizerInfo info, byte[] bytes) in Corpus.Files)
        {
            for (int length = 0; length < bytes.Length; length++)
                Assert.IsFalse(VtokReader.TryRead(bytes.AsSpan(0, length), info, out _, out _), $"{info.Name} cut to {length}");
        }
    }

    [TestMethod]
    public void A_file_with_any_bit_flipped_is_refused()
    {
        foreach ((TokenizerInfo info, byte[] bytes) in Corpus.Files)
        {
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] flipped = [.. bytes];
                flipped[bit / 8] ^= (byte)(0x80 >> (bit % 8));
                Assert.IsFalse(VtokReader.TryRead(flipped, info, out _, out _), $"{info.Name} with bit {bit} flipped");
            }
        }
    }

    [TestMethod]
    public void A_byte_more_is_refused()
    {
        foreach ((TokenizerInfo info, byte[] bytes) in Corpus.Files)
        {
            byte[] insidePayload = Forge.WithCheck([.. bytes[..^VtokReader.Identify(bytes).CheckLength], 0]);

            Assert.AreEqual(TokenFileError.Damaged, Forge.ErrorOf([.. bytes, 0], info));
            Assert.AreNotEqual(TokenFileError.None, Forge.ErrorOf(insidePayload, info));
        }
    }

    [TestMethod]
    [DataRow("", TokenFileError.NotATokenFile)]
    [DataRow("76", TokenFileError.Truncated)]
    [DataRow("76746B", TokenFileError.Truncated)]
    [DataRow("FFD8FFE000104A464946", TokenFileError.NotATokenFile)]
    [DataRow("76746B 20 00 00000000", TokenFileError.UnsupportedVersion)]
    [DataRow("76746B F9 FF", TokenFileError.UnsupportedVersion)]
    [DataRow("76746B 00 00", TokenFileError.UnsupportedVersion)]
    [DataRow("76746B 14 00", TokenFileError.Malformed)]
    [DataRow("76746B 10 20", TokenFileError.Malformed)]
    [DataRow("76746B 10 04", TokenFileError.CodedPayload)]
    [DataRow("76746B 11 02", TokenFileError.Malformed)]
    [DataRow("76746B 12 00", TokenFileError.Malformed)]
    [DataRow("76746B 13 00", TokenFileError.Malformed)]
    [DataRow("76746B 10 08", TokenFileError.Malformed)]
    [DataRow("76746B 10 00 0000", TokenFileError.Damaged)]
    public void What_comes_before_the_check_is_judged_first(string hex, TokenFileError expected)
        => Assert.AreEqual(expected, Forge.ErrorOf(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), Tiny));

    [TestMethod]
    [DataRow("76746B 11 00 KEY", TokenFileError.Truncated, DisplayName = "no count")]
    [DataRow("76746B 11 00 KEY 00", TokenFileError.Malformed, DisplayName = "count 0")]
    [DataRow("76746B 11 00 KEY 8100", TokenFileError.NotCanonical, DisplayName = "count in a varint too long")]
    [DataRow("76746B 11 00 KEY FFFFFFFF10", TokenFileError.Malformed, DisplayName = "count above 32 bits")]
    [DataRow("76746B 11 00 KEY 8181818181", TokenFileError.Malformed, DisplayName = "a varint of six bytes")]
    [DataRow("76746B 11 00 KEY FFFFFFFF0F", TokenFileError.LimitExceeded, DisplayName = "count 2^32-1")]
    [DataRow("76746B 11 00 KEY 05", TokenFileError.Malformed, DisplayName = "more tokens than the model has")]
    [DataRow("76746B 11 00 00000000 01", TokenFileError.WrongModel, DisplayName = "another model")]
    [DataRow("76746B 13 02 KEY 01 01 01", TokenFileError.Malformed, DisplayName = "layout grid for a model with a native size")]
    [DataRow("76746B 10 02 KEY 40 30 01", TokenFileError.NotCanonical, DisplayName = "the native size stored")]
    [DataRow("76746B 10 02 KEY 00 30 01", TokenFileError.Malformed, DisplayName = "width 0")]
    [DataRow("76746B 10 02 KEY 808004 01 01", TokenFileError.LimitExceeded, DisplayName = "width 65536")]
    [DataRow("76746B 10 02 KEY FFFF03 818002 01", TokenFileError.LimitExceeded, DisplayName = "more than 2^30 pixels")]
    [DataRow("76746B 12 02 KEY 01 01 19 01", TokenFileError.Malformed, DisplayName = "overlap over half the smaller side")]
    [DataRow("76746B 12 0A KEY 41 01 00 02 01 02", TokenFileError.Malformed, DisplayName = "one lane with counts per lane")]
    [DataRow("76746B 12 0A KEY 41 01 00 02 02 02 02", TokenFileError.NotCanonical, DisplayName = "counts that do not differ")]
    [DataRow("76746B 12 0A KEY 41 01 00 03 02 01 02", TokenFileError.NotCanonical, DisplayName = "count that is not the largest")]
    [DataRow("76746B 12 0A KEY 41 01 00 02 02 03 01", TokenFileError.Malformed, DisplayName = "a lane over count")]
    [DataRow("76746B 12 0A KEY 41 01 00 02 03 01 02 01", TokenFileError.Malformed, DisplayName = "more lanes than tiles")]
    [DataRow("76746B 12 0A KEY 41 01 00 02 FFFF3F 01 02 01", TokenFileError.Truncated, DisplayName = "2^20-1 lanes that are not there")]
    [DataRow("76746B 12 0A KEY 41 01 00 02 FFFFFFFF0F", TokenFileError.LimitExceeded, DisplayName = "2^32-1 lanes")]
    [DataRow("76746B 11 10 KEY 01 00", TokenFileError.Malformed, DisplayName = "an empty extension block")]
    [DataRow("76746B 11 10 KEY 01 818040", TokenFileError.LimitExceeded, DisplayName = "an extension block over 2^20")]
    [DataRow("76746B 11 10 KEY 01 05 0203FF", TokenFileError.Truncated, DisplayName = "an extension block that is not there")]
    [DataRow("76746B 11 10 KEY 01 04 0203FFFF", TokenFileError.Malformed, DisplayName = "an item that ends after its block")]
    [DataRow("76746B 11 10 KEY 01 04 0202FFFF", TokenFileError.Malformed, DisplayName = "a background of two bytes")]
    [DataRow("76746B 11 10 KEY 01 03 040100", TokenFileError.Malformed, DisplayName = "0 decode steps")]
    [DataRow("76746B 11 10 KEY 01 04 0402E907", TokenFileError.Malformed, DisplayName = "1001 decode steps")]
    [DataRow("76746B 11 10 KEY 01 04 04028100", TokenFileError.NotCanonical, DisplayName = "decode steps in a varint too long")]
    [DataRow("76746B 11 10 KEY 01 04 04020101", TokenFileError.Malformed, DisplayName = "decode steps with a byte more")]
    [DataRow("76746B 11 10 KEY 01 05 0603A18D06", TokenFileError.Malformed, DisplayName = "guidance 100,001")]
    [DataRow("76746B 11 10 KEY 01 03 0801FF", TokenFileError.Malformed, DisplayName = "a seed of one byte")]
    [DataRow("76746B 11 10 KEY 01 06 060101040101", TokenFileError.Malformed, DisplayName = "tags that descend")]
    [DataRow("76746B 11 10 KEY 01 06 040101040101", TokenFileError.Malformed, DisplayName = "a tag twice")]
    [DataRow("76746B 11 10 KEY 01 02 0300", TokenFileError.Malformed, DisplayName = "an unknown odd tag")]
    [DataRow("76746B 11 10 KEY 01 02 0100", TokenFileError.Malformed, DisplayName = "kept positions of no bytes")]
    [DataRow("76746B 11 10 KEY 01 03 010180", TokenFileError.Malformed, DisplayName = "kept positions for a model that keeps all")]
    [DataRow("76746B 11 00 KEY 04", TokenFileError.Truncated, DisplayName = "no payload")]
    [DataRow("76746B 11 00 KEY 01 0000", TokenFileError.TrailingBytes, DisplayName = "a payload too long")]
    [DataRow("76746B 11 01 KEY 01 00", TokenFileError.NotCanonical, DisplayName = "a long check after a short payload")]
    [DataRow("76746B 11 00 KEY 01 C8", TokenFileError.TokenOutOfRange, DisplayName = "token 200 of 200")]
    [DataRow("76746B 11 00 KEY 01 C7", TokenFileError.None, DisplayName = "token 199 of 200")]
    [DataRow("76746B 11 10 KEY 01 02 0A00 00", TokenFileError.None, DisplayName = "an unknown even tag")]
    public void Every_rule_has_its_reason(string headerHex, TokenFileError expected)
        => Assert.AreEqual(expected, Forge.ErrorOf(Forge.File(headerHex, Tiny), Tiny));

    [TestMethod]
    public void Bits_after_the_last_token_must_be_zero()
    {
        byte[] good = VtokWriter.Write(VtokFile.Create(Sample.Nested, VtokLayout.Crop, 64, 48, [new[] { 5 }]), Sample.Nested);
        byte[] bad = [.. good[..^2]];
        bad[^1] |= 1;

        Assert.AreEqual(TokenFileError.NotCanonical, Forge.ErrorOf(Forge.WithCheck(bad), Sample.Nested));
    }

    [TestMethod]
    [DataRow("0103 C00000", TokenFileError.Malformed, DisplayName = "a byte too many")]
    [DataRow("0101 C0", TokenFileError.Malformed, DisplayName = "a byte too few")]
    [DataRow("0102 E000", TokenFileError.Malformed, DisplayName = "more positions than tokens")]
    [DataRow("0102 8000", TokenFileError.Malformed, DisplayName = "fewer positions than tokens")]
    [DataRow("0102 8008", TokenFileError.NotCanonical, DisplayName = "a set bit after the grid")]
    [DataRow("0102 8010", TokenFileError.None, DisplayName = "the first and the last position")]
    public void Kept_positions_must_match_the_tokens(string itemHex, TokenFileError expected)
    {
        byte[] item = Convert.FromHexString(itemHex.Replace(" ", "", StringComparison.Ordinal));
        byte[] bytes = Forge.File($"76746B 11 10 KEY 02 {item.Length:X2} {Convert.ToHexString(item)}", Sample.Set, 0x04, 0x20);

        Assert.AreEqual(expected, Forge.ErrorOf(bytes, Sample.Set));
    }

    [TestMethod]
    public void A_set_without_kept_positions_is_refused()
        => Assert.AreEqual(TokenFileError.Malformed, Forge.ErrorOf(Forge.File("76746B 11 00 KEY 01", Sample.Set, 0x04), Sample.Set));

    [TestMethod]
    public void A_grid_must_have_as_many_tokens_as_its_size_asks_for()
        => Assert.AreEqual(TokenFileError.Malformed, Forge.ErrorOf(Forge.File("76746B 13 02 KEY 11 10 01", Sample.Grid, 0, 0), Sample.Grid));

    [TestMethod]
    [DataRow("76746B 12 03 KEY FFFF03 808001 00 8002", DisplayName = "88,000 tiles of 256 tokens")]
    [DataRow("76746B 12 0B KEY FFFF03 808001 00 8002 80803F", DisplayName = "a million counts")]
    [DataRow("76746B 11 10 KEY 8002 80803F", DisplayName = "an extension of almost a megabyte")]
    [DataRow("76746B 11 01 KEY FFFFFF1F", DisplayName = "2^26-1 tokens")]
    public void Absurd_numbers_cost_no_memory(string headerHex)
    {
        byte[] bytes = Forge.File(headerHex, Sample.Nested, 1, 2, 3);
        _ = Forge.ErrorOf(bytes, Sample.Nested);

        long before = GC.GetAllocatedBytesForCurrentThread();
        TokenFileError error = Forge.ErrorOf(bytes, Sample.Nested);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.AreNotEqual(TokenFileError.None, error);
        Assert.IsLessThan(64_000L, allocated);
    }

    [TestMethod]
    public void A_grid_of_absurd_size_costs_no_memory()
    {
        // 65535 x 16384 pixels with a factor of 16: 4,194,304 tokens claimed, none there.
        byte[] bytes = Forge.File("76746B 13 03 KEY FFFF03 808001 80808002", Sample.Grid);
        _ = Forge.ErrorOf(bytes, Sample.Grid);

        long before = GC.GetAllocatedBytesForCurrentThread();
        TokenFileError error = Forge.ErrorOf(bytes, Sample.Grid);

        Assert.AreEqual(TokenFileError.Truncated, error);
        Assert.IsLessThan(64_000L, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Lanes_of_very_unequal_length_are_read_in_time_of_their_tokens()
    {
        TokenizerInfo info = Sample.Make(TokenOrder.Nested, [1, 60_000], new VocabularyRun(2, 60_000)) with { NativeWidth = 1, NativeHeight = 1 };
        ReadOnlyMemory<int> one = new int[1];
        ReadOnlyMemory<int>[] lanes = [.. Enumerable.Repeat(one, 100_000 - 1), new int[60_000]];
        byte[] bytes = VtokWriter.Write(VtokFile.Create(info, VtokLayout.Tile, 1_000, 100, lanes), info);

        // 160,000 tokens; a walk over every lane at every position would be 6,000,000,000 steps.
        Assert.AreEqual(60_000, VtokReader.Read(bytes, info).Count);
    }

    [TestMethod]
    public void More_than_64_MiB_are_refused_unread()
    {
        byte[] bytes = new byte[VtokLimits.FileBytes + 1];
        "vtk"u8.CopyTo(bytes);

        using var stream = new MemoryStream(bytes);
        Assert.AreEqual(TokenFileError.LimitExceeded, Forge.ErrorOf(bytes, Tiny));
        Assert.AreEqual(TokenFileError.LimitExceeded, Assert.ThrowsExactly<TokenFileException>(() => VtokReader.Read(stream, Tiny)).Reason);
    }

    [TestMethod]
    public void A_file_of_a_newer_version_says_so()
    {
        var error = Assert.ThrowsExactly<TokenFileException>(() => VtokReader.Read([0x76, 0x74, 0x6B, 0x20, 0, 0, 0], Tiny));

        Assert.Contains("made by a newer vtok", error.Message);
    }
}
