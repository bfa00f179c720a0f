using System.Text;
using Vtok.Models.Residual;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class ResidualFamilyTests
{
    [TestMethod]
    public void A_model_folder_opens_as_the_tokenizer_that_was_saved()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        string folder = Directory.CreateTempSubdirectory("vtok-residual-").FullName;
        try
        {
            ModelFolder.Save(folder, ModelConfig.FromJson(Encoding.UTF8.GetBytes(TinyBooks.Config.ToJson().ToJsonString())), books.ToTensors());

            using ITokenizerModel model = ModelFolder.Open(folder);

            Assert.AreEqual(TokenOrder.Nested, model.Info.Order);
            CollectionAssert.AreEqual(new[] { 1, 34 }, model.Info.Lengths.ToArray());
            Tensor ids = model.Encode(TinyBooks.Pictures(2), new EncodeOptions { Tokens = 20 });
            Assert.IsTrue(ids.shape.SequenceEqual([2L, 20]));
            Assert.IsTrue(model.Decode(ids).shape.SequenceEqual([2L, 3, 64, 64]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void A_head_becomes_the_default_look_and_linear_stays()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        using RefinementDecoder decoder = new(RefinementPlanes.Count(TinyBooks.Config), seed: 3);
        string folder = Directory.CreateTempSubdirectory("vtok-residual-").FullName;
        try
        {
            Dictionary<string, Tensor> tensors = books.ToTensors().Concat(RefinementHeads.ToTensors(decoder, "faithful")).ToDictionary();
            ModelFolder.Save(folder, ModelConfig.FromJson(Encoding.UTF8.GetBytes(TinyBooks.Config.ToJson().ToJsonString())), tensors);

            using var model = (ResidualTokenizer)ModelFolder.Open(folder);

            CollectionAssert.AreEqual(new[] { "faithful", "linear" }, model.Looks.ToArray());
            Tensor ids = model.Encode(TinyBooks.Pictures(1));
            Tensor faithful = model.Decode(ids), linear = model.Decode(ids, new DecodeOptions { Look = "linear" });
            Assert.IsGreaterThan(0f, (faithful - linear).abs().max().item<float>());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
