using Vtok.Imaging;
using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Codec.Tests;

[TestClass]
public class ImageTokenizerTests
{
    [TestMethod]
    [DataRow(VtokLayout.Tile, 50, 37)]
    [DataRow(VtokLayout.Tile, 5, 3)]
    [DataRow(VtokLayout.Fit, 16, 16)]
    public void A_model_that_loses_nothing_gives_the_picture_back(VtokLayout layout, int width, int height)
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel()) { BatchSize = 3 };
        RgbImage picture = Pictures.Noise(width, height);

        VtokFile file = tokenizer.Encode(picture, new ImageEncodeOptions { Layout = layout });
        RgbImage back = tokenizer.Decode(file);

        Assert.AreEqual((width, height), (back.Width, back.Height));
        CollectionAssert.AreEqual(picture.Pixels, back.Pixels);
    }

    [TestMethod]
    [DataRow(VtokLayout.Fit)]
    [DataRow(VtokLayout.Crop)]
    [DataRow(VtokLayout.Tile)]
    public void Decoding_the_file_gives_the_pixels_of_decoding_in_memory(VtokLayout layout)
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());
        VtokFile file = tokenizer.Encode(Pictures.Noise(41, 23), new ImageEncodeOptions { Layout = layout, Tokens = 300 });

        VtokFile read = VtokReader.Read(VtokWriter.Write(file, tokenizer.Info), tokenizer.Info);

        CollectionAssert.AreEqual(tokenizer.Decode(file).Pixels, tokenizer.Decode(read).Pixels);
    }

    [TestMethod]
    public void Lanes_of_several_pictures_share_batches()
    {
        var model = new IdentityModel();
        using var tokenizer = new ImageTokenizer(model) { BatchSize = 4 };
        RgbImage[] pictures = [Pictures.Noise(9, 9, 1), Pictures.Noise(40, 16, 2), Pictures.Noise(16, 16, 3)];
        var options = new ImageEncodeOptions { Layout = VtokLayout.Tile, Overlap = 0 };

        IReadOnlyList<VtokFile> files = tokenizer.Encode([.. pictures.Select(p => tokenizer.Prepare(p, options))], options);

        CollectionAssert.AreEqual(new long[] { 4, 1 }, model.Batches); // 1 + 3 + 1 lanes
        foreach ((VtokFile file, RgbImage picture) in files.Zip(pictures))
            CollectionAssert.AreEqual(picture.Pixels, tokenizer.Decode(file).Pixels);
    }

    [TestMethod]
    public void Files_of_several_lengths_decode_in_order()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());
        RgbImage picture = Pictures.Noise(30, 20);
        VtokFile[] files = [.. new[] { 768, 768, 12, 768, 12 }.Select(n => tokenizer.Encode(picture, new ImageEncodeOptions { Tokens = n }))];

        byte[][] together = [.. tokenizer.Decode(files).Select(p => p.Pixels)];

        for (int i = 0; i < files.Length; i++)
            CollectionAssert.AreEqual(tokenizer.Decode(files[i]).Pixels, together[i]);
    }

    [TestMethod]
    public void Shorter_encodings_are_prefixes()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());
        RgbImage picture = Pictures.Noise(33, 21);
        VtokFile whole = tokenizer.Encode(picture, new ImageEncodeOptions { Layout = VtokLayout.Tile });

        VtokFile shorter = tokenizer.Encode(picture, new ImageEncodeOptions { Layout = VtokLayout.Tile, Tokens = 99 });

        Assert.AreEqual(VtokTrimmer.Trim(whole, tokenizer.Info, 99), shorter);
    }

    [TestMethod]
    [DataRow(EncodeEffort.Default)]
    [DataRow(EncodeEffort.High)]
    public void A_target_is_filled_but_not_passed(EncodeEffort effort)
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());

        VtokFile file = tokenizer.Encode(Pictures.Noise(50, 30), new ImageEncodeOptions { TargetBytes = 200, Effort = effort });

        int size = VtokWriter.Write(file, tokenizer.Info).Length;
        Assert.AreEqual(200, size);
    }

    [TestMethod]
    public void Tokens_are_counted_without_the_networks()
    {
        var model = new IdentityModel();
        using var tokenizer = new ImageTokenizer(model);

        Assert.AreEqual(768, tokenizer.CountTokens(1000, 700));
        Assert.AreEqual(50, tokenizer.CountTokens(1000, 700, new ImageEncodeOptions { Tokens = 50 }));
        Assert.AreEqual(6 * 768, tokenizer.CountTokens(40, 30, new ImageEncodeOptions { Layout = VtokLayout.Tile }));
        Assert.IsEmpty(model.Batches);
    }

    [TestMethod]
    public void Ids_go_into_a_span_and_back()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());
        RgbImage picture = Pictures.Noise(16, 16);
        int[] ids = new int[800];

        Assert.IsFalse(tokenizer.TryEncodeToIds(picture, ids.AsSpan(0, 700), out int none));
        Assert.IsTrue(tokenizer.TryEncodeToIds(picture, ids, out int written));

        Assert.AreEqual(0, none);
        CollectionAssert.AreEqual(picture.Pixels, tokenizer.Decode(ids.AsSpan(0, written)).Pixels);
        CollectionAssert.AreEqual(ids[..10], tokenizer.EncodeToIds(picture, maxTokenCount: 10).ToArray());
    }

    [TestMethod]
    public void Ids_that_are_none_of_the_model_are_refused_with_their_place()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Decode(Array.Empty<int>())).Message, "0 ids; identity takes 1 to 768 tokens");
        Assert.ThrowsExactly<ArgumentException>(() => tokenizer.Decode(new int[769]));
        foreach (int bad in new[] { 256, -1 })
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => tokenizer.Decode(new[] { 7, bad })).Message, "id at position 1, expected 0 to 255");
    }

    [TestMethod]
    public void What_the_caller_leaves_open_is_what_the_file_says()
    {
        var model = new IdentityModel();
        using var tokenizer = new ImageTokenizer(model);
        VtokFile file = tokenizer.Encode(Pictures.Noise(16, 16)) with { Extensions = new VtokExtensions { Steps = 20, Guidance = 750, Seed = 9 } };

        tokenizer.Decode(file, new DecodeOptions { Look = "faithful", Steps = 3 });

        Assert.AreEqual(new DecodeOptions { Look = "faithful", Steps = 3, Guidance = 7.5, Seed = 9 }, model.Asked);
    }

    [TestMethod]
    public void A_seed_of_zero_is_a_seed()
    {
        var model = new IdentityModel();
        using var tokenizer = new ImageTokenizer(model);
        VtokFile file = tokenizer.Encode(Pictures.Noise(16, 16), new ImageEncodeOptions { Hints = new DecodeHints { Seed = 9 } });

        tokenizer.Decode(file, new DecodeOptions { Seed = 0 });

        Assert.AreEqual(0ul, model.Asked!.Seed);
    }

    [TestMethod]
    public void Hints_are_noted_in_the_file_and_checked()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());
        var hints = new DecodeHints { Steps = 20, Guidance = 7.55, Seed = 0 };

        VtokFile file = tokenizer.Encode(Pictures.Noise(16, 16), new ImageEncodeOptions { Hints = hints });

        Assert.AreEqual(new VtokExtensions { Steps = 20, Guidance = 755, Seed = 0 }, file.Extensions);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => tokenizer.Encode(Pictures.Noise(16, 16), new ImageEncodeOptions { Hints = hints with { Steps = 1001 } }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => tokenizer.Encode(Pictures.Noise(16, 16), new ImageEncodeOptions { Hints = hints with { Guidance = double.NaN } }));
    }

    [TestMethod]
    public void Many_threads_may_share_one_tokenizer()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());

        Parallel.For(0, 24, i =>
        {
            RgbImage picture = Pictures.Noise(20 + i, 20, i);
            VtokFile file = tokenizer.Encode(picture, new ImageEncodeOptions { Layout = VtokLayout.Tile });
            CollectionAssert.AreEqual(picture.Pixels, tokenizer.Decode(file).Pixels);
        });
    }

    [TestMethod]
    public void Cancellation_stops_between_batches()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());

        Assert.ThrowsExactly<OperationCanceledException>(() => tokenizer.Encode(Pictures.Noise(9, 9), null, new CancellationToken(canceled: true)));
    }

    [TestMethod]
    public void What_does_not_suit_the_model_is_refused()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel()) { MaxPixels = 1000 };
        RgbImage picture = Pictures.Noise(40, 40);
        VtokFile file = tokenizer.Encode(picture);

        Assert.AreEqual(TokenFileError.LengthNotAllowed,
            Assert.ThrowsExactly<TokenFileException>(() => tokenizer.Encode(picture, new ImageEncodeOptions { Tokens = 769 })).Reason);
        Assert.AreEqual(TokenFileError.LimitExceeded, Assert.ThrowsExactly<TokenFileException>(() => tokenizer.Decode(file)).Reason);
        Assert.AreEqual(TokenFileError.WrongModel, Assert.ThrowsExactly<TokenFileException>(() => tokenizer.Decode(file with { Key = 1 })).Reason);
    }

    [TestMethod]
    public void A_picture_that_no_array_can_hold_is_refused_whatever_the_limit()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel()) { MaxPixels = long.MaxValue };
        VtokFile file = tokenizer.Encode(Pictures.Noise(40, 40)) with { Width = 40000, Height = 20000 };

        Assert.AreEqual(TokenFileError.LimitExceeded, Assert.ThrowsExactly<TokenFileException>(() => tokenizer.Decode(file)).Reason);
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        using var tokenizer = new ImageTokenizer(new IdentityModel());
        RgbImage picture = Pictures.Noise(40, 40);
        void Round() => tokenizer.Decode(tokenizer.Encode(picture, new ImageEncodeOptions { Layout = VtokLayout.Tile }));
        Round();
        long before = TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        Round();

        Assert.AreEqual(before, TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void The_model_goes_with_its_tokenizer()
    {
        var model = new IdentityModel();

        new ImageTokenizer(model).Dispose();

        Assert.IsTrue(model.Disposed);
    }
}
