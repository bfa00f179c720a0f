using System.Buffers;

namespace Vtok.Streams.Tests;

[TestClass]
public sealed class VtokWriterTests
{
    [TestMethod]
    public void Stream_buffer_and_array_get_the_same_bytes()
    {
        VtokFile file = VtokFile.Create(Sample.Nested, VtokLayout.Fit, 10, 20, [Sample.Ids(Sample.Nested, 30)]);
        using var stream = new MemoryStream();
        var buffer = new ArrayBufferWriter<byte>();

        VtokWriter.Write(file, Sample.Nested, stream);
        VtokWriter.Write(file, Sample.Nested, buffer);

        string expected = Convert.ToHexString(VtokWriter.Write(file, Sample.Nested));
        Assert.AreEqual(expected, Convert.ToHexString(stream.ToArray()));
        Assert.AreEqual(expected, Convert.ToHexString(buffer.WrittenSpan));
    }

    [TestMethod]
    public void The_check_is_long_exactly_when_the_payload_is_over_1024_bytes()
    {
        TokenizerInfo info = Sample.Make(TokenOrder.Nested, [1, 2_000], new VocabularyRun(256, 2_000));

        byte[] atLimit = VtokWriter.Write(VtokFile.Create(info, VtokLayout.Crop, 1, 1, [new int[1_024]]), info);
        byte[] overLimit = VtokWriter.Write(VtokFile.Create(info, VtokLayout.Crop, 1, 1, [new int[1_025]]), info);

        Assert.IsFalse(VtokReader.IdentifyChecked(atLimit).HasLongCheck);
        Assert.IsTrue(VtokReader.IdentifyChecked(overLimit).HasLongCheck);
        Assert.HasCount(atLimit.Length + 3, overLimit);
    }

    [TestMethod]
    public void Files_that_do_not_fit_their_tokenizer_are_refused()
    {
        VtokFile good = VtokFile.Create(Sample.Nested, VtokLayout.Fit, 10, 20, [new[] { 1, 2, 3 }]);
        foreach (VtokFile bad in new[]
        {
            good with { Key = 1 },
            good with { Width = null },
            good with { Width = 64, Height = 48 },
            good with { Width = 0 },
            good with { Overlap = 3 },
            good with { Lanes = [] },
            good with { Lanes = [Array.Empty<int>()] },
            good with { Lanes = [new int[257]] },
            good with { Lanes = [new int[1], new int[1]] },
            good with { Lanes = [new int[1], new int[2]] },
            good with { Lanes = [new[] { 4096 }] },
            good with { Lanes = [new[] { -1 }] },
            good with { Layout = VtokLayout.Crop },
            good with { Layout = VtokLayout.Grid },
            good with { Layout = VtokLayout.Tile, Width = 65 },
            good with { Layout = VtokLayout.Tile, Overlap = 25 },
            good with { Layout = VtokLayout.Tile, Overlap = -1 },
            good with { Layout = (VtokLayout)4 },
            good with { Layout = (VtokLayout)20 },
            good with { Extensions = new VtokExtensions { Steps = 0 } },
            good with { Extensions = new VtokExtensions { Steps = -1 } },
            good with { Extensions = new VtokExtensions { Guidance = 100_001 } },
            good with { Extensions = new VtokExtensions { KeptPositions = new byte[] { 0xE0 } } },
            good with { Extensions = new VtokExtensions { Others = [new VtokExtensionItem(11, default)] } },
            good with { Extensions = new VtokExtensions { Others = [new VtokExtensionItem(12, default), new VtokExtensionItem(12, default)] } },
        })
            Assert.ThrowsExactly<ArgumentException>(() => VtokWriter.Write(bad, Sample.Nested), bad.ToString());
    }

    [TestMethod]
    public void Files_over_the_limits_are_refused_as_such()
    {
        VtokFile wide = VtokFile.Create(Sample.Nested, VtokLayout.Fit, 65_536, 20, [new int[3]]);
        VtokFile chatty = VtokFile.Create(Sample.Nested, VtokLayout.Fit, 10, 20, [new int[3]])
            with { Extensions = new VtokExtensions { Others = [new VtokExtensionItem(10, new byte[VtokLimits.ExtensionBytes])] } };

        Assert.AreEqual(TokenFileError.LimitExceeded, Assert.ThrowsExactly<TokenFileException>(() => VtokWriter.Write(wide, Sample.Nested)).Reason);
        Assert.AreEqual(TokenFileError.LimitExceeded, Assert.ThrowsExactly<TokenFileException>(() => VtokWriter.Write(chatty, Sample.Nested)).Reason);
    }

    [TestMethod]
    public void The_size_is_stored_exactly_where_the_format_wants_it()
    {
        ReadOnlyMemory<int>[] lanes = [new int[3]];

        Assert.IsNull(VtokFile.Create(Sample.Nested, VtokLayout.Fit, 64, 48, lanes).Width);
        Assert.IsNull(VtokFile.Create(Sample.Nested, VtokLayout.Crop, 10, 10, lanes).Height);
        Assert.AreEqual(64, VtokFile.Create(Sample.Nested, VtokLayout.Tile, 64, 48, lanes).Width);
        Assert.AreEqual(48, VtokFile.Create(Sample.Nested, VtokLayout.Fit, 48, 64, lanes).Width);
    }
}
