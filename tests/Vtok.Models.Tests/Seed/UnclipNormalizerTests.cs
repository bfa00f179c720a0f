using Vtok.Models.Seed;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Seed;

[TestClass]
public sealed class UnclipNormalizerTests
{
    [TestMethod]
    [DataRow(ScalarType.Float32), DataRow(ScalarType.Float16)]
    public void The_published_names_are_read_from_a_file_or_its_folder(ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Root, "diffusion_pytorch_model.safetensors");
        Write(path, tensor(new float[,] { { 1, 2 } }).to(type), tensor(new float[,] { { 3, 0.5f } }).to(type));

        foreach (string given in new[] { path, folder.Root })
        {
            using UnclipNormalizer normalizer = UnclipNormalizer.Read(given);

            CollectionAssert.AreEqual(new float[] { 1, 2 }, normalizer.Mean.data<float>().ToArray());
            CollectionAssert.AreEqual(new float[] { 3, 0.5f }, normalizer.Deviation.data<float>().ToArray());
        }
    }

    [TestMethod]
    public void What_is_no_normalizer_is_refused_by_name()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Root, "a.safetensors");

        Write(path, zeros(1, 2), null);
        Refused("a.safetensors: no \"std\"", path);
        Write(path, zeros(1, 2), ones(1, 3));
        Refused("\"mean\" has 2 numbers and \"std\" 3", path);
        Write(path, zeros(2, 2), ones(1, 2));
        Refused("\"mean\" is Float32 [2, 2], expected floating point [1, D]", path);
        Write(path, zeros(1, 2), zeros(1, 2));
        Refused("not above zero", path);
        Write(path, full([1, 2], float.NaN), ones(1, 2));
        Refused("not finite", path);
        Refused("none.safetensors", Path.Combine(folder.Root, "none.safetensors"));
    }

    private static void Write(string path, Tensor mean, Tensor? deviation)
    {
        Dictionary<string, Tensor> tensors = new() { ["mean"] = mean };
        if (deviation is not null)
            tensors["std"] = deviation;
        SafetensorsWriter.Write(path, tensors);
    }

    private static void Refused(string expected, string path) =>
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => UnclipNormalizer.Read(path)).Message, expected);
}
