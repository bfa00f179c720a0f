namespace Vtok.Streams.Tests;

[TestClass]
public sealed class IncrementalVtokReaderTests
{
    [TestMethod]
    public void Every_split_in_two_gives_the_same_file()
    {
        foreach ((TokenizerInfo info, byte[] bytes) in Corpus.Files)
        {
            VtokFile expected = VtokReader.Read(bytes, info);
            for (int split = 0; split <= bytes.Length; split += bytes.Length > 600 ? 13 : 1)
            {
                var reader = new IncrementalVtokReader(info);
                reader.Append(bytes.AsSpan(0, split));
                reader.Append(bytes.AsSpan(split));

                Assert.AreEqual(expected, reader.Finish());
            }
        }
    }

    [TestMethod]
    public void Byte_by_byte_every_snapshot_is_a_prefix_in_round_robin_order()
    {
        (TokenizerInfo info, byte[] bytes) = Corpus.Files.First(f => VtokReader.Identify(f.Bytes).LaneCounts is { Count: > 2 });
        VtokFile whole = VtokReader.Read(bytes, info);
        var reader = new IncrementalVtokReader(info);
        foreach (byte b in bytes)
        {
            reader.Append([b]);
            IReadOnlyList<ReadOnlyMemory<int>> lanes = reader.Snapshot();

            Assert.AreEqual(reader.TokensRead, lanes.Sum(lane => lane.Length));
            int ahead = lanes.Count == 0 ? 0 : lanes.Max(lane => lane.Length);
            for (int i = 0; i < lanes.Count; i++)
            {
                Assert.IsTrue(whole.Lanes[i].Span.StartsWith(lanes[i].Span));
                Assert.IsGreaterThanOrEqualTo(Math.Min(whole.Lanes[i].Length, ahead - 1), lanes[i].Length);
            }
        }
        Assert.AreEqual(whole, reader.Finish());
    }

    [TestMethod]
    public void Tokens_come_with_their_last_bit()
    {
        byte[] bytes = VtokWriter.Write(VtokFile.Create(Sample.Nested, VtokLayout.Crop, 64, 48, [new[] { 1, 2 }]), Sample.Nested);
        int header = VtokReader.Identify(bytes).HeaderLength;
        var reader = new IncrementalVtokReader(Sample.Nested);

        int[] arrived = [.. bytes.Select(b => reader.Append([b]))];

        Assert.AreEqual(1, arrived[header + 1]);
        Assert.AreEqual(1, arrived[header + 2]);
        Assert.AreEqual(2, arrived.Sum());
    }

    [TestMethod]
    public void A_file_that_ends_early_is_refused_at_every_byte()
    {
        foreach ((TokenizerInfo info, byte[] bytes) in Corpus.Files)
        {
            var reader = new IncrementalVtokReader(info);
            for (int cut = 0; cut < bytes.Length; cut += bytes.Length > 600 ? 13 : 1)
            {
                var early = new IncrementalVtokReader(info);
                early.Append(bytes.AsSpan(0, cut));

                Assert.IsFalse(early.IsComplete);
                Assert.ThrowsExactly<TokenFileException>(() => early.Finish());
            }
            reader.Append(bytes);
            Assert.IsTrue(reader.IsComplete);
        }
    }

    [TestMethod]
    public void Bytes_after_the_end_are_refused_however_they_arrive()
    {
        (TokenizerInfo info, byte[] bytes) = Corpus.Files[0];
        var together = new IncrementalVtokReader(info);
        var later = new IncrementalVtokReader(info);
        later.Append(bytes);

        Assert.AreEqual(TokenFileError.TrailingBytes, Assert.ThrowsExactly<TokenFileException>(() => together.Append([.. bytes, 0])).Reason);
        Assert.AreEqual(TokenFileError.TrailingBytes, Assert.ThrowsExactly<TokenFileException>(() => later.Append([0])).Reason);
        Assert.ThrowsExactly<TokenFileException>(() => later.Finish());
    }

    [TestMethod]
    public void Nothing_is_allocated_for_tokens_that_have_not_arrived()
    {
        // 16384 x 32768 pixels in tiles of 64 x 48: 174,848 lanes of 128 tokens claimed by 18 bytes.
        byte[] bytes = Forge.File("76746B 12 03 KEY 808001 808002 00 8001", Sample.Nested)[..^4];
        new IncrementalVtokReader(Sample.Nested).Append(bytes);

        long before = GC.GetAllocatedBytesForCurrentThread();
        var hostile = new IncrementalVtokReader(Sample.Nested);
        hostile.Append(bytes);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.AreEqual(174_848, hostile.LaneCount);
        Assert.IsLessThan(64_000L, allocated);
    }
}
