using System.IO.Compression;
using Vtok.Models.Tests.Parity;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

[TestClass]
public sealed class PickleFileTests
{
    private static string Published => Path.Combine(GoldenCaseTests.Root, "llamagen", "checkpoint-pt-storage-views", "checkpoint.pt");

    [TestMethod]
    [DataRow(CompressionLevel.NoCompression)]
    [DataRow(CompressionLevel.SmallestSize)]
    public void Views_are_read_from_stored_and_from_deflated_storages(CompressionLevel level)
    {
        using DisposeScope scope = NewDisposeScope();
        byte[] pickle = new PickleBytes().Op("}(").Text("whole").Tensor("0", 6, 0, [2, 3], [3, 1]).Text("turned").Tensor("0", 6, 1, [2, 2], [1, 2])
            .Text("repeated").Tensor("0", 6, 5, [3], [0]).Text("scalar").Tensor("0", 6, 4, [], []).Text("none").Tensor("0", 6, 0, [0, 9], [9, 1]).Op("u").End();

        using PickleFile file = Open(PickleBytes.Archive(pickle, level: level));

        CollectionAssert.AreEqual(new[] { 0f, 1, 2, 3, 4, 5 }, file["whole"].data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 3, 2, 4 }, file["turned"].data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 5f, 5, 5 }, file["repeated"].data<float>().ToArray());
        Assert.AreEqual(4f, file["scalar"].item<float>());
        CollectionAssert.AreEqual(new long[] { 0, 9 }, file["none"].shape);
    }

    [TestMethod]
    [DataRow(null, 4f)]
    [DataRow("", null)]
    [DataRow("model", 1f)]
    [DataRow("ema", 4f)]
    public void The_dictionary_is_found_or_chosen(string? section, float? expected)
    {
        byte[] pickle = new PickleBytes().Op("}(").Text("model").Op("}(").Text("w").Tensor("0", 6, 1, [], []).Op("u")
            .Text("ema").Op("}(").Text("w").Tensor("0", 6, 4, [], []).Op("u").Text("steps").Number(7).Op("u").End();
        byte[] archive = PickleBytes.Archive(pickle);

        if (expected is null)
        {
            StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => Open(archive, section)).Message, "no tensors");
            return;
        }
        using PickleFile file = Open(archive, section);
        using Tensor w = file["w"];

        Assert.AreEqual(expected, w.item<float>());
    }

    [TestMethod]
    public void Foreign_objects_are_dropped_unopened()
    {
        byte[] pickle = new PickleBytes().Op("}(").Text("args").Global("argparse", "Namespace").Op(")").Raw(0x81).Op("}").Text("lr").Number(1).Op("sb")
            .Text("cfg").Global("omegaconf.dictconfig", "DictConfig").Op(")R").Text("type").Global("numpy", "dtype").Op("(").Text("f8").Op("tR")
            .Text("w").Tensor("0", 6, 2, [], []).Op("u").End();

        using PickleFile file = Open(PickleBytes.Archive(pickle));

        CollectionAssert.AreEqual(new[] { "w" }, file.Entries.Keys.ToArray());
    }

    [TestMethod]
    public void A_tensor_with_attributes_is_a_tensor_and_endless_wrapping_is_none()
    {
        PickleBytes wrapped = new PickleBytes().Op("}").Text("w").Global("torch._tensor", "_rebuild_from_type_v2").Op("(").Global("torch._utils", "_rebuild_tensor_v2").Global("torch", "Tensor")
            .Op("((").Text("storage").Global("torch", "FloatStorage").Text("0").Text("cpu").Number(6).Op("tQ").Number(3).Numbers([]).Numbers([]).Op("t}tRs");
        PickleBytes endless = new PickleBytes().Global("torch._tensor", "_rebuild_from_type_v2").Op("q").Raw(0).Op(")");
        for (int i = 0; i < 200_000; i++)
            endless.Op("q").Raw(1).Op("0h").Raw(0).Op("Nh").Raw(1).Raw(0x87); // (rebuild, None, what was there)
        endless.Op("q").Raw(1).Op("0h").Raw(0).Op("h").Raw(1).Op("R");

        using PickleFile file = Open(PickleBytes.Archive(wrapped.End()));
        using Tensor w = file["w"];

        Assert.AreEqual(3f, w.item<float>());
        Assert.ThrowsExactly<CheckpointException>(() => Open(PickleBytes.Archive(endless.End())));
    }

    [TestMethod]
    [DataRow("os", "system")]
    [DataRow("posix", "system")]
    [DataRow("nt", "system")]
    [DataRow("subprocess", "Popen")]
    [DataRow("builtins", "eval")]
    [DataRow("__builtin__", "getattr")]
    [DataRow("importlib", "import_module")]
    [DataRow("os.path", "exists")]
    public void Code_is_refused_however_it_is_named(string module, string name)
    {
        using var folder = new TemporaryFolder();
        string mark = folder.File("ran");
        byte[][] pickles =
        [
            new PickleBytes().Global(module, name).Op("(").Text($"touch {mark}").Op("tR").End(),
            new PickleBytes().Text(module).Text(name).Raw(0x93).Op("(").Text($"touch {mark}").Op("tR").End(),
            new PickleBytes().Op("(").Text($"touch {mark}").Op($"i{module}\n{name}\n").End(),
            new PickleBytes().Op("(").Global(module, name).Text($"touch {mark}").Op("o").End(),
            new PickleBytes().Global("argparse", "Namespace").Op(")").Raw(0x81).Op("}").Text("f").Global(module, name).Op("sb").End(),
        ];

        foreach (byte[] pickle in pickles)
        {
            CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => Open(PickleBytes.Archive(pickle)));
            Assert.AreEqual(CheckpointError.Unsafe, e.Error);
            StringAssert.Contains(e.Message, $"{module}.{name}");
        }
        Assert.IsFalse(File.Exists(mark));
    }

    [TestMethod]
    [DataRow("0", 6L, 0L, new long[] { 7 }, new long[] { 1 }, CheckpointError.Malformed, "beyond its storage")]
    [DataRow("0", 6L, 6L, new long[] { 1 }, new long[] { 1 }, CheckpointError.Malformed, "beyond its storage")]
    [DataRow("0", 6L, 0L, new long[] { 2, 2 }, new long[] { long.MaxValue, 1 }, CheckpointError.Malformed, "beyond its storage")]
    [DataRow("0", 6L, long.MaxValue, new long[] { 2 }, new long[] { 1 }, CheckpointError.Malformed, "beyond its storage")]
    [DataRow("0", 6L, -1L, new long[] { 1 }, new long[] { 1 }, CheckpointError.Malformed, "negative")]
    [DataRow("0", 6L, 0L, new long[] { -1 }, new long[] { 1 }, CheckpointError.Malformed, "negative")]
    [DataRow("0", 6L, 5L, new long[] { 2 }, new long[] { -1 }, CheckpointError.Malformed, "negative")]
    [DataRow("0", 6L, 0L, new long[] { 2 }, new long[] { 1, 1 }, CheckpointError.Malformed, "contradicting")]
    [DataRow("0", 6L, 0L, new long[] { 1L << 40 }, new long[] { 0 }, CheckpointError.TooLarge, "far more")]
    [DataRow("0", 6L, 0L, new long[] { 1L << 40, 1L << 40, 0 }, new long[] { 0, 0, 0 }, CheckpointError.TooLarge, "far more")]
    [DataRow("0", 7L, 0L, new long[] { 1 }, new long[] { 1 }, CheckpointError.Malformed, "not there with 7")]
    [DataRow("0", 1L << 62, 0L, new long[] { 1 }, new long[] { 1 }, CheckpointError.Malformed, "not there")]
    [DataRow("1", 6L, 0L, new long[] { 1 }, new long[] { 1 }, CheckpointError.Malformed, "not there")]
    [DataRow("../data/0", 6L, 0L, new long[] { 1 }, new long[] { 1 }, CheckpointError.Malformed, "not there")]
    [DataRow("/etc/passwd", 6L, 0L, new long[] { 1 }, new long[] { 1 }, CheckpointError.Malformed, "not there")]
    public void Tensors_outside_their_storage_are_refused(string key, long count, long offset, long[] sizes, long[] strides, CheckpointError error, string words)
    {
        byte[] pickle = new PickleBytes().Op("}").Text("w").Tensor(key, count, offset, sizes, strides).Op("s").End();

        CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => Open(PickleBytes.Archive(pickle)));

        Assert.AreEqual(error, e.Error);
        StringAssert.Contains(e.Message, words);
        Assert.IsFalse(e.Message.Any(char.IsControl));
    }

    [TestMethod]
    public void Bombs_are_refused_before_they_grow()
    {
        byte[][] pickles =
        [
            new PickleBytes().Raw([.. Enumerable.Repeat((byte)'(', 2000)]).End(), // marks
            new PickleBytes().Raw([.. Enumerable.Repeat((byte)']', 3_000_000)]).End(), // values
            new PickleBytes().Op("B").Raw(255, 255, 255, 127).End(), // an announced length
            new PickleBytes().Raw(0x8e, 255, 255, 255, 255, 255, 255, 255, 127).End(),
            new PickleBytes().Op("}h").Raw(9).End(), // a memo slot that is not there
            new PickleBytes().Op("]q").Raw(0).Op("h").Raw(0).Op("a").End(), // a list that holds itself
            new PickleBytes().Op("tt").End(),
            new PickleBytes().Op("Icos\nsystem\n").End(),
            new byte[33 << 20], // zeros pack to nothing
        ];

        foreach (byte[] pickle in pickles)
            Assert.ThrowsExactly<CheckpointException>(() => Open(PickleBytes.Archive(pickle, level: CompressionLevel.SmallestSize)));
    }

    [TestMethod]
    public void A_deflated_entry_that_lies_about_its_length_is_refused()
    {
        byte[] pickle = new PickleBytes().Op("}").Text("w").Tensor("0", 1000, 0, [1000], [1]).Op("s").End();
        byte[] archive = PickleBytes.Archive(pickle, floats: 1000, level: CompressionLevel.SmallestSize);
        byte[] shorter = PickleBytes.Archive(new PickleBytes().Op("}").Text("w").Tensor("0", 999, 0, [999], [1]).Op("s").End(), floats: 1000, level: CompressionLevel.SmallestSize);
        int directory = shorter.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x50, 0x4b, 1, 2]);
        BitConverter.TryWriteBytes(shorter.AsSpan(directory + 24), 999 * 4);

        using PickleFile honest = Open(archive);
        using PickleFile lying = Open(shorter);
        using Tensor w = honest["w"];

        Assert.AreEqual(999f, w[999].item<float>());
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => lying["w"]).Message, "more in");
    }

    [TestMethod]
    public void Other_files_are_told_apart()
    {
        using var folder = new TemporaryFolder();

        Assert.AreEqual(CheckpointError.Unsupported, Error(folder.Write("old.pt", [0x80, 2, 0x8a, 10, 0x6c])));
        Assert.AreEqual(CheckpointError.Malformed, Error(folder.Write("text.pt", "hello")));
        Assert.AreEqual(CheckpointError.Malformed, Error(folder.Write("empty.pt", "")));
        Assert.AreEqual(CheckpointError.Missing, Error(folder.File("none.pt")));

        static CheckpointError Error(string path) => Assert.ThrowsExactly<CheckpointException>(() => PickleFile.Open(path)).Error;
    }

    [TestMethod]
    public void A_file_cut_at_any_byte_is_refused()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(Published);

        for (int length = 0; length < whole.Length; length++)
        {
            string path = folder.Write("cut.pt", whole.AsSpan(0, length));
            Assert.ThrowsExactly<CheckpointException>(() => PickleFile.Open(path), $"cut at {length}");
        }
    }

    [TestMethod]
    [DataRow(20261123, CompressionLevel.NoCompression)]
    [DataRow(20261124, CompressionLevel.SmallestSize)]
    public void Mutated_files_open_or_are_refused_and_nothing_else(int seed, CompressionLevel level)
    {
        using var folder = new TemporaryFolder();
        byte[] whole = PickleBytes.Repack(File.ReadAllBytes(Published), level);
        var random = new Random(seed);
        int read = 0;

        for (int i = 0; i < 2000; i++)
        {
            string path = folder.Write("m.pt", Mutation.Of(whole, random));
            try
            {
                using DisposeScope scope = NewDisposeScope();
                using PickleFile file = PickleFile.Open(path);
                foreach (string name in file.Entries.Keys)
                    Assert.AreEqual(file.Entries[name].Count, file[name].numel());
                read++;
            }
            catch (CheckpointException)
            {
            }
        }

        Console.WriteLine($"seed {seed}: {read} of 2000 mutations are still read");
        Assert.IsTrue(read is > 0 and < 2000, $"seed {seed}: {read}");
    }

    [TestMethod]
    [DataRow(20261125)]
    public void Mutated_pickles_are_read_or_refused_and_nothing_else(int seed)
    {
        using var zip = new ZipArchive(File.OpenRead(Published));
        using var memory = new MemoryStream();
        using (Stream stream = zip.Entries.Single(entry => entry.Name == "data.pkl").Open())
            stream.CopyTo(memory);
        byte[] whole = memory.ToArray();
        var random = new Random(seed);
        int read = 0;

        for (int i = 0; i < 10_000; i++)
        {
            try
            {
                PickleReader.Read(Mutation.Of(whole, random));
                read++;
            }
            catch (CheckpointException)
            {
            }
        }

        Console.WriteLine($"seed {seed}: {read} of 10000 mutations are still read");
        Assert.IsTrue(read is > 0 and < 10_000);
    }

    private static PickleFile Open(byte[] archive, string? section = null)
    {
        using var folder = new TemporaryFolder();
        return PickleFile.Open(folder.Write("a.pt", archive), section); // stays mapped
    }
}
