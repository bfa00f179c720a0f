using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

[TestClass]
public sealed class ShardedWeightsTests
{
    [TestMethod]
    public void Shards_read_as_one_and_their_digest_is_that_of_their_digests()
    {
        using var folder = new TemporaryFolder();
        Write(folder, """{"metadata":{"total_size":20},"weight_map":{"b":"model-2.safetensors","a":"model-1.safetensors"}}""");

        using IWeightSource weights = WeightFiles.Find(folder.Root).Open();
        using Tensor a = weights["a"], b = weights["b"];
        byte[] both = [.. WeightFiles.Hash(folder.File("model-1.safetensors")), .. WeightFiles.Hash(folder.File("model-2.safetensors"))];

        Assert.AreEqual(2, weights.Entries.Count);
        Assert.AreEqual(2L, a.numel());
        Assert.AreEqual(3L, b.numel());
        Assert.AreEqual(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(both)), WeightFiles.Find(folder.Root).ComputeDigest());
    }

    [TestMethod]
    [DataRow("""{"weight_map":{"a":"../model-1.safetensors"}}""", "no plain name")]
    [DataRow("""{"weight_map":{"a":"/etc/x.safetensors"}}""", "no plain name")]
    [DataRow("""{"weight_map":{"a":"c:x.safetensors"}}""", "no plain name")]
    [DataRow("""{"weight_map":{"a":"..\\x.safetensors"}}""", "no plain name")]
    [DataRow("""{"weight_map":{"a":"model.bin"}}""", "no plain name")]
    [DataRow("""{"weight_map":{"a":1}}""", "no plain name")]
    [DataRow("""{"weight_map":{}}""", "0 shards")]
    [DataRow("""{"weight_map":{"a":"model-1.safetensors","a":"model-1.safetensors"}}""", "not proper JSON")]
    [DataRow("""{}""", "no weight_map")]
    [DataRow("""[]""", "no weight_map")]
    [DataRow("""{"weight_map":{"c":"model-1.safetensors"}}""", "\"c\" is not in model-1.safetensors")]
    [DataRow("""{"weight_map":{"a":"model-3.safetensors"}}""", "model-3.safetensors: not found")]
    [DataRow("""{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors","x":"model-1b.safetensors"}}""", "several shards")]
    public void An_index_that_does_not_hold_is_refused(string index, string words)
    {
        using var folder = new TemporaryFolder();
        Write(folder, index);

        CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => ShardedWeights.Open(folder.File("model.safetensors.index.json")));

        StringAssert.Contains(e.Message, words);
    }

    private static void Write(TemporaryFolder folder, string index)
    {
        using Tensor a = ones(2), b = zeros(3), x = zeros(1);
        SafetensorsWriter.Write(folder.File("model-1.safetensors"), new Dictionary<string, Tensor> { ["a"] = a });
        SafetensorsWriter.Write(folder.File("model-2.safetensors"), new Dictionary<string, Tensor> { ["b"] = b });
        SafetensorsWriter.Write(folder.File("model-1b.safetensors"), new Dictionary<string, Tensor> { ["x"] = x, ["a"] = a });
        folder.Write("model.safetensors.index.json", index);
    }
}
