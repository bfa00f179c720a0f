using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

[TestClass]
public sealed class JoinedWeightsTests
{
    [TestMethod]
    public void Names_get_their_prefix_once_and_the_later_file_wins()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        SafetensorsWriter.Write(folder.File("a.safetensors"), new Dictionary<string, Tensor> { ["x"] = zeros(1), ["tower.y"] = zeros(2) }, null);
        SafetensorsWriter.Write(folder.File("b.safetensors"), new Dictionary<string, Tensor> { ["tower.x"] = ones(1), ["z"] = ones(3) }, null);

        using JoinedWeights joined = JoinedWeights.Open([(folder.File("a.safetensors"), "tower."), (folder.File("b.safetensors"), "")]);

        CollectionAssert.AreEquivalent(new[] { "tower.x", "tower.y", "z" }, joined.Entries.Keys.ToArray());
        Assert.AreEqual(1f, joined["tower.x"].item<float>());
        Assert.AreEqual(2, joined["tower.y"].numel());
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => joined["x"]).Message, "2 files");
    }
}
