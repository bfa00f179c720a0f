using System.Buffers.Binary;
using System.Text;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

[TestClass]
public sealed class SafetensorsFileTests
{
    private static readonly ScalarType[] Types =
    [
        ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float64, ScalarType.Int64,
        ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    [TestMethod]
    public void Every_type_and_shape_comes_back_as_it_was_written()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (ScalarType type in Types)
        {
            tensors[$"{type}.matrix"] = arange(15).reshape(3, 5).to(type);
            tensors[$"{type}.odd"] = ones(1).to(type);
            tensors[$"{type}.scalar"] = ones([]).to(type);
            tensors[$"{type}.empty"] = zeros(0, 4).to(type);
            tensors[$"{type}.transposed"] = arange(6).reshape(2, 3).t().to(type);
        }

        SafetensorsWriter.Write(folder.File("a.safetensors"), tensors, new Dictionary<string, string> { ["format"] = "pt" });
        using SafetensorsFile file = SafetensorsFile.Open(folder.File("a.safetensors"));

        Assert.AreEqual("pt", file.Metadata["format"]);
        CollectionAssert.AreEquivalent(tensors.Keys, file.Entries.Keys.ToArray());
        foreach ((string name, Tensor expected) in tensors)
        {
            using Tensor actual = file[name];
            Assert.AreEqual(expected.dtype, actual.dtype, name);
            CollectionAssert.AreEqual(expected.shape, actual.shape, name);
            Assert.IsTrue(expected.Equals(actual), name);
        }
    }

    [TestMethod]
    public void A_tensor_outlives_its_file_object()
    {
        using var folder = new TemporaryFolder();
        using Tensor ramp = arange(1 << 16, dtype: ScalarType.Float32);
        SafetensorsWriter.Write(folder.File("a.safetensors"), new Dictionary<string, Tensor> { ["ramp"] = ramp });
        SafetensorsFile file = SafetensorsFile.Open(folder.File("a.safetensors"));

        using Tensor first = file["ramp"], second = file["ramp"];
        file.Dispose();
        first.Dispose();
        using Tensor view = second.slice(0, 100, 103, 1);
        second.Dispose();

        CollectionAssert.AreEqual(new[] { 100f, 101f, 102f }, view.data<float>().ToArray());
    }

    [TestMethod]
    public void A_closed_file_hands_out_nothing()
    {
        using var folder = new TemporaryFolder();
        using Tensor one = ones(3);
        SafetensorsWriter.Write(folder.File("a.safetensors"), new Dictionary<string, Tensor> { ["a"] = one });
        SafetensorsFile file = SafetensorsFile.Open(folder.File("a.safetensors"));
        file.Dispose();
        file.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(() => file["a"]);
    }

    [TestMethod]
    public void Writing_to_a_mapped_tensor_leaves_the_file_alone()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        string path = folder.File("a.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = zeros(1000) });
        byte[] before = File.ReadAllBytes(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);

        Tensor a = file["a"];
        a.fill_(7f);

        Assert.AreEqual(7000f, a.sum().item<float>());
        CollectionAssert.AreEqual(before, File.ReadAllBytes(path));
    }

    [TestMethod]
    public void The_same_tensors_make_the_same_bytes_sorted_by_name()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        Tensor a = ones(2), b = zeros(3);

        SafetensorsWriter.Write(folder.File("1"), new Dictionary<string, Tensor> { ["b"] = b, ["a"] = a });
        SafetensorsWriter.Write(folder.File("2"), new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b });

        byte[] bytes = File.ReadAllBytes(folder.File("1"));
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(folder.File("2")));
        Assert.AreEqual(0L, BinaryPrimitives.ReadInt64LittleEndian(bytes) % 8);
        Assert.AreEqual(2, Directory.GetFiles(folder.Root).Length);
        Assert.AreEqual(1f, BitConverter.ToSingle(bytes, bytes.Length - 20));
    }

    [TestMethod]
    [DataRow("", 0, CheckpointError.Malformed, "not a JSON object")]
    [DataRow("[]", 0, CheckpointError.Malformed, "not a JSON object")]
    [DataRow("{", 0, CheckpointError.Malformed, "JSON")]
    [DataRow("{} x", 0, CheckpointError.Malformed, "JSON")]
    [DataRow("{}", 1, CheckpointError.Malformed, "1 bytes after the last tensor")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, CheckpointError.Malformed, "cut short")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, CheckpointError.Malformed, "does not fit")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, CheckpointError.Malformed, "does not fit")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}""", 0, CheckpointError.Malformed, "does not fit")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, CheckpointError.Malformed, "whole numbers")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, CheckpointError.Malformed, "does not fit")]
    [DataRow("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", 4, CheckpointError.Unsupported, "known are F32")]
    [DataRow("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, CheckpointError.Malformed, "twice")]
    [DataRow("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6, CheckpointError.Malformed, "overlap")]
    [DataRow("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}""", 9, CheckpointError.Malformed, "gap")]
    [DataRow("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"extra":1}}""", 4, CheckpointError.Malformed, "unknown member")]
    [DataRow("""{"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4, CheckpointError.Malformed, "repeated")]
    [DataRow("""{"a":{"dtype":"U8","shape":[[4]],"data_offsets":[0,4]}}""", 4, CheckpointError.Malformed, "whole numbers")]
    [DataRow("""{"a":{"dtype":"U8","shape":[[[[[[4]]]]]],"data_offsets":[0,4]}}""", 4, CheckpointError.Malformed, "whole numbers")]
    [DataRow("""{"__metadata__":{"a":1}}""", 0, CheckpointError.Malformed, "expected a string")]
    [DataRow("""{"__metadata__":{"a":"1","a":"2"}}""", 0, CheckpointError.Malformed, "twice")]
    [DataRow("""{"a\u001b[31m":1}""", 0, CheckpointError.Malformed, "\\u001b")]
    [DataRow("""{"\ud800":1}""", 0, CheckpointError.Malformed, "UTF-8")]
    public void Hostile_headers_are_refused_in_one_line(string header, int dataBytes, CheckpointError error, string words)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("bad.safetensors", [.. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(header) + 0L), .. Encoding.UTF8.GetBytes(header), .. new byte[dataBytes]]);

        CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(path));

        Assert.AreEqual(error, e.Error);
        StringAssert.Contains(e.Message, words);
        StringAssert.StartsWith(e.Message, "bad.safetensors: ");
        Assert.IsFalse(e.Message.Any(char.IsControl));
    }

    [TestMethod]
    [DataRow(new byte[0], CheckpointError.Malformed)]
    [DataRow(new byte[] { 2, 0, 0, 0, 0, 0, 0 }, CheckpointError.Malformed)]
    [DataRow(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, CheckpointError.TooLarge)]
    [DataRow(new byte[] { 1, 225, 245, 5, 0, 0, 0, 0 }, CheckpointError.TooLarge)]
    [DataRow(new byte[] { 0, 0, 16, 0, 0, 0, 0, 0 }, CheckpointError.Malformed)]
    public void Absurd_lengths_are_refused_before_anything_is_allocated(byte[] bytes, CheckpointError error)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("bad.safetensors", bytes);

        CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(path));

        Assert.AreEqual(error, e.Error);
    }

    [TestMethod]
    public void Writing_into_a_folder_that_is_not_there_names_the_file()
    {
        using TemporaryFolder folder = new();

        var error = Assert.ThrowsExactly<CheckpointException>(() => SafetensorsWriter.Write(folder.File("missing/model.safetensors"), new Dictionary<string, Tensor>(), null));

        Assert.AreEqual(CheckpointError.CannotWrite, error.Error);
        StringAssert.StartsWith(error.Message, "model.safetensors: cannot be written");
    }

    [TestMethod]
    public void A_folder_and_a_missing_file_are_named()
    {
        using var folder = new TemporaryFolder();

        Assert.AreEqual(CheckpointError.Unreadable, Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(folder.Root)).Error);
        Assert.AreEqual(CheckpointError.Missing, Assert.ThrowsExactly<CheckpointException>(() => SafetensorsFile.Open(folder.File("none"))).Error);
    }

    [TestMethod]
    [DataRow(20261123)]
    public void Mutated_files_open_or_are_refused_and_nothing_else(int seed)
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        string path = folder.File("m.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = ones(3, 4), ["b.c"] = zeros(5), ["d"] = ones(7).to(ScalarType.Bool) },
            new Dictionary<string, string> { ["format"] = "pt" });
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(seed);
        int opened = 0;

        for (int i = 0; i < 3000; i++)
        {
            File.WriteAllBytes(path, Mutation.Of(whole, random));
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                foreach (string name in file.Entries.Keys)
                {
                    using Tensor tensor = file[name];
                    Assert.AreEqual(file.Entries[name].Count, tensor.numel());
                }
                opened++;
            }
            catch (CheckpointException)
            {
            }
        }

        Console.WriteLine($"seed {seed}: {opened} of 3000 mutations still open");
        Assert.IsTrue(opened is > 0 and < 3000, $"seed {seed}: {opened} opened");
    }
}
