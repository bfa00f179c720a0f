using CsCheck;

namespace Vtok.Data.Tests;

[TestClass]
public sealed class ImageLoaderTests
{
    private static readonly PlainCodec Codec = new();

    private static ImageLoaderOptions Options => new()
    {
        BatchSize = 4,
        Transform = new RandomSquare { Side = 4 },
        Seed = 5,
    };

    private static ImageBatch[] Read(ImageLoaderOptions options, int batches, LoaderPosition start = default, params int[] corrupt) =>
        [.. new ImageLoader(MemorySource.Pictures(23, corrupt), Codec, options).Read(start).Take(batches)];

    private static void AssertSame(ImageBatch[] expected, ImageBatch[] actual)
    {
        CollectionAssert.AreEqual(expected.SelectMany(b => b.Keys).ToArray(), actual.SelectMany(b => b.Keys).ToArray());
        CollectionAssert.AreEqual(expected.SelectMany(b => b.Pixels).ToArray(), actual.SelectMany(b => b.Pixels).ToArray());
    }

    [TestMethod]
    [DataRow(2, 1), DataRow(3, 8), DataRow(5, 2)]
    public void Batches_do_not_depend_on_workers_or_prefetch(int workers, int prefetch)
    {
        ImageBatch[] one = Read(Options with { Workers = 1, Prefetch = 1 }, 20, corrupt: [3, 9]);

        ImageBatch[] many = Read(Options with { Workers = workers, Prefetch = prefetch }, 20, corrupt: [3, 9]);

        AssertSame(one, many);
    }

    [TestMethod]
    [DataRow(0, 0), DataRow(0, 17), DataRow(2, 5)]
    public void What_was_decoded_ahead_is_read_the_same_and_not_decoded_again(int epoch, int place)
    {
        LoaderPosition start = new(epoch, place);
        ImageBatch[] expected = Read(Options, 12, start);
        PlainCodec codec = new();
        ImageLoader loader = new(MemorySource.Pictures(23), codec, Options with { CacheBytes = 1 << 20 });

        KeptSamples kept = loader.DecodeAhead(start, places: 48);

        Assert.AreEqual((23, false), (kept.Count, kept.IsFull));
        AssertSame(expected, [.. loader.Read(start).Take(12)]);
        Assert.AreEqual(23, codec.Decoded);
    }

    [TestMethod]
    public void No_more_is_decoded_ahead_than_will_be_read_or_fits()
    {
        ImageLoader few = new(MemorySource.Pictures(23), Codec, Options with { CacheBytes = 1 << 20, World = 2 }), full = new(MemorySource.Pictures(23), Codec, Options with { CacheBytes = 600 });
        using CancellationTokenSource stop = new();
        stop.Cancel();

        Assert.AreEqual(4, few.DecodeAhead(new(0, 20), places: 8).Count);
        Assert.IsLessThanOrEqualTo(600, full.DecodeAhead(default, places: 100).Bytes);
        Assert.IsTrue(full.DecodeAhead(default, places: 100).IsFull);
        Assert.AreEqual(0, new ImageLoader(MemorySource.Pictures(23), Codec, Options with { CacheBytes = 1 << 20 }).DecodeAhead(default, 100, null, stop.Token).Count);
    }

    [TestMethod]
    public void A_corrupt_picture_that_was_met_ahead_is_told_with_its_batch()
    {
        ImageLoader loader = new(MemorySource.Pictures(23, 3, 9), Codec, Options with { CacheBytes = 1 << 20 });

        KeptSamples kept = loader.DecodeAhead(default, places: 100);
        int before = loader.Skipped.Count;
        ImageBatch[] batches = [.. loader.Read().Take(6)];

        Assert.AreEqual((21, 0), (kept.Count, before));
        Assert.HasCount(2, loader.Skipped);
        AssertSame(Read(Options, 6, corrupt: [3, 9]), batches);
    }

    [TestMethod]
    public void Reading_on_from_any_position_gives_what_would_have_come()
    {
        ImageBatch[] whole = Read(Options, 14, corrupt: [7]);

        for (int cut = 1; cut < whole.Length; cut++)
            AssertSame(whole[cut..], Read(Options, whole.Length - cut, whole[cut - 1].Next, corrupt: [7]));
    }

    [TestMethod]
    public void The_batches_of_all_ranks_are_one_larger_batch() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 4], Gen.ULong).Sample((world, batch, seed) =>
        {
            ImageLoaderOptions options = Options with { Seed = seed, World = world, BatchSize = batch };
            ImageBatch[][] ranks = [.. Enumerable.Range(0, world).Select(rank => Read(options with { Rank = rank }, 6))];
            ImageBatch[] one = Read(options with { World = 1, BatchSize = world * batch }, 6);

            for (int step = 0; step < 6; step++)
            {
                string[] together = [.. Enumerable.Range(0, batch).SelectMany(slot => ranks.Select(rank => rank[step].Keys[slot]))];
                CollectionAssert.AreEqual(one[step].Keys.ToArray(), together);
            }
        }, iter: 40, threads: 1);

    [TestMethod]
    public void An_epoch_holds_every_sample_once_and_epochs_differ()
    {
        string[] keys = [.. Read(Options with { BatchSize = 23 }, 2).SelectMany(batch => batch.Keys)];

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 23).Select(i => $"{i}").ToArray(), keys[..23]);
        CollectionAssert.AreEquivalent(keys[..23], keys[23..]);
        CollectionAssert.AreNotEqual(keys[..23], keys[23..]);
    }

    [TestMethod]
    public void One_pass_in_order_leaves_corrupt_pictures_out_and_names_them()
    {
        ImageLoaderOptions options = Options with { Shuffle = false, Epochs = 1, Transform = new CenterSquare { Side = 4 } };
        ImageLoader loader = new(MemorySource.Pictures(10, 4, 5, 6, 7, 9), Codec, options);

        ImageBatch[] batches = [.. loader.Read()];

        CollectionAssert.AreEqual(new[] { "0", "1", "2", "3", "8" }, batches.SelectMany(batch => batch.Keys).ToArray());
        CollectionAssert.AreEqual(new[] { 4, 5, 6, 7, 9 }.Select(i => $"memory: {i}").ToArray(), loader.Skipped.Select(skipped => skipped.Location).ToArray());
        Assert.AreEqual(new LoaderPosition(1, 0), batches[^1].Next);
        Assert.AreEqual(8 % 10, batches[^1].ClassIds[0]);
    }

    [TestMethod]
    public void A_corrupt_picture_is_replaced_while_shuffling()
    {
        ImageBatch[] batches = Read(Options, 12, corrupt: [0, 1, 2, 3]);

        Assert.IsTrue(batches.All(batch => batch.Count == 4));
        Assert.IsFalse(batches.SelectMany(batch => batch.Keys).Intersect(["0", "1", "2", "3"]).Any());
    }

    [TestMethod]
    [DataRow(true), DataRow(false)]
    public void A_data_set_of_corrupt_pictures_ends_with_an_error(bool shuffle)
    {
        ImageLoader loader = new(MemorySource.Pictures(3, 0, 1, 2), Codec, Options with { Shuffle = shuffle });

        var error = Assert.ThrowsExactly<DatasetException>(() => loader.Read().First());

        Assert.AreEqual(DatasetError.NothingDecodes, error.Reason);
        StringAssert.Contains(error.Message, "cut short");
    }

    [TestMethod]
    public void The_cache_changes_nothing_but_the_work()
    {
        PlainCodec counting = new();
        ImageLoader cached = new(MemorySource.Pictures(23), counting, Options with { CacheBytes = 1 << 20, Workers = 1, Prefetch = 1, Epochs = 3 });

        AssertSame([.. new ImageLoader(MemorySource.Pictures(23), Codec, Options with { Epochs = 3 }).Read()], [.. cached.Read()]);

        Assert.AreEqual(23, counting.Decoded);
    }

    [TestMethod]
    [DataRow(true), DataRow(false)]
    public void A_cache_that_holds_a_part_changes_nothing_either(bool shuffle)
    {
        PlainCodec counting = new();
        ImageLoaderOptions options = Options with { Shuffle = shuffle, Epochs = 3 };
        ImageLoader cached = new(MemorySource.Pictures(23), counting, options with { CacheBytes = 2000 });

        AssertSame([.. new ImageLoader(MemorySource.Pictures(23), Codec, options).Read()], [.. cached.Read()]);

        Assert.IsGreaterThan(23, counting.Decoded);
        Assert.IsLessThan(3 * 23, counting.Decoded);
    }

    [TestMethod]
    public void Small_pictures_are_enlarged_and_counted_or_left_out_by_name()
    {
        ImageLoaderOptions options = Options with { Shuffle = false, Epochs = 1, Transform = new CenterSquare { Side = 9 } };
        ImageLoader enlarging = new(MemorySource.Pictures(10), Codec, options), leaving = new(MemorySource.Pictures(10), Codec, options with { Small = SmallPictures.LeaveOut });

        int all = enlarging.Read().Sum(batch => batch.Count), large = leaving.Read().Sum(batch => batch.Count);

        int small = Enumerable.Range(0, 10).Count(i => Math.Min(8 + i % 5, 8 + i % 3) < 9);
        Assert.AreEqual((10, small), (all, enlarging.Enlarged));
        Assert.AreEqual((10 - small, small), (large, leaving.Skipped.Count));
        Assert.AreEqual("memory: 0", leaving.Skipped[0].Location);
        StringAssert.Contains(leaving.Skipped[0].Reason, "8 x 8 is smaller than 9 x 9");
    }

    [TestMethod]
    public void A_position_of_another_data_set_is_refused()
    {
        ImageLoader loader = new(MemorySource.Pictures(23), Codec, Options);

        var error = Assert.ThrowsExactly<DatasetException>(() => loader.Read(new LoaderPosition(0, 23)));

        Assert.AreEqual(DatasetError.PositionOutside, error.Reason);
    }

    [TestMethod]
    public void Cancelling_ends_the_reading()
    {
        using CancellationTokenSource stop = new();
        ImageLoader loader = new(MemorySource.Pictures(23), Codec, Options);

        Assert.ThrowsExactly<OperationCanceledException>(() =>
        {
            foreach (ImageBatch _ in loader.Read(cancellation: stop.Token))
                stop.Cancel();
        });
    }

    [TestMethod]
    public void Options_out_of_range_are_named()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ImageLoader(MemorySource.Pictures(2), Codec, Options with { Rank = 2, World = 2 }));

        StringAssert.Contains(error.Message, "Rank");
    }
}
