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
