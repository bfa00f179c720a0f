using Vtok.Models.OneDPiece;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.OneDPiece;

[TestClass]
public sealed class TextFeaturesTests
{
    [TestMethod]
    public void One_tensor_of_features_is_read_as_a_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        string path = folder.File("text.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["text"] = ones([4, 6], ScalarType.Float16) }, null);

        using Tensor features = TextFeatures.Read(path);

        CollectionAssert.AreEqual(new long[] { 1, 4, 6 }, features.shape);
        Assert.AreEqual(ScalarType.Float32, features.dtype);
    }

    [TestMethod]
    [DataRow("<f4", "(4, 6)"), DataRow("<f4", "(1, 4, 6)"), DataRow("<f8", "(4, 6,)")]
    public void An_array_of_numpy_is_read_as_a_batch(string type, string shape)
    {
        using TemporaryFolder folder = new();
        byte[] data = [.. Enumerable.Range(0, 24).SelectMany(i => type == "<f4" ? BitConverter.GetBytes(i / 2f) : BitConverter.GetBytes(i / 2.0))];
        string path = folder.File("text.npy");
        File.WriteAllBytes(path, Npy($"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}", data));

        using Tensor features = TextFeatures.Read(path);

        CollectionAssert.AreEqual(new long[] { 1, 4, 6 }, features.shape);
        CollectionAssert.AreEqual(Enumerable.Range(0, 24).Select(i => i / 2f).ToArray(), features.data<float>().ToArray());
    }

    [TestMethod]
    [DataRow("text.npy"), DataRow("text.safetensors")]
    public void A_missing_file_is_named(string name)
    {
        using TemporaryFolder folder = new();

        var error = Assert.ThrowsExactly<CheckpointException>(() => TextFeatures.Read(folder.File(name)));

        Assert.AreEqual(CheckpointError.Missing, error.Error);
        StringAssert.StartsWith(error.Message, name);
    }

    [TestMethod]
    [DataRow("{'descr': '<i8', 'fortran_order': False, 'shape': (4, 6), }", 192), DataRow("{'descr': '<f4', 'fortran_order': True, 'shape': (4, 6), }", 96)]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 6), }", 92), DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (24,), }", 96)]
    [DataRow("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }", 96), DataRow("import os", 96)]
    public void An_array_of_another_kind_or_cut_short_is_refused_by_name(string header, int bytes)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("text.npy");
        File.WriteAllBytes(path, Npy(header, new byte[bytes]));

        var error = Assert.ThrowsExactly<CheckpointException>(() => TextFeatures.Read(path));

        StringAssert.StartsWith(error.Message, "text.npy: ");
    }

    private static byte[] Npy(string header, byte[] data)
    {
        byte[] text = System.Text.Encoding.ASCII.GetBytes(header.PadRight(117) + "\n");
        return [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. data];
    }

    [TestMethod]
    public void Another_file_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        string path = folder.File("text.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["a"] = ones(4), ["b"] = ones(4) }, null);

        var error = Assert.ThrowsExactly<CheckpointException>(() => TextFeatures.Read(path));

        StringAssert.Contains(error.Message, "text features");
    }
}
