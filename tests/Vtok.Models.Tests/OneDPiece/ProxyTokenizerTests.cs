using System.Text;
using Vtok.Models.OneDPiece;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Tests.OneDPiece;

[TestClass]
public sealed class ProxyTokenizerTests
{
    private const string Config = """
        {"proxy":{"num_embeddings":20,"z_channels":6,"hidden_channels":8,"channel_mult":[1,1,2,2],"num_resolutions":4,"num_res_blocks":1,"norm_groups":4,"resolution":32}}
        """;

    [TestMethod]
    public void It_is_a_raster_tokenizer_in_a_folder_of_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using ProxyTokenizer proxy = TinyModels.ProxyNetwork();
        ModelFolder.Save(folder.Root, ModelConfig.FromJson(Encoding.UTF8.GetBytes(Config)), proxy.state_dict());
        Tensor pictures = TinyModels.Pictures(2);

        using ITokenizerModel model = ModelFolder.Open(folder.Root);
        Tensor ids = model.Encode(pictures);

        Assert.AreEqual(TokenOrder.Raster, model.Info.Order);
        Assert.IsTrue(ids.Equals(proxy.Encode(pictures)));
        Assert.IsTrue(model.Decode(ids).Equals(proxy.Decode(ids.view(2, 4, 4))));
    }

    [TestMethod]
    public void Codes_that_form_no_grid_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using ProxyTokenizer proxy = TinyModels.ProxyNetwork();

        var error = Assert.ThrowsExactly<ArgumentException>(() => proxy.Decode(zeros([1, 15], ScalarType.Int64)));

        StringAssert.Contains(error.Message, "square");
    }

    [TestMethod]
    public void Soft_codes_agree_with_the_hard_ones()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using ProxyTokenizer proxy = TinyModels.ProxyNetwork();
        Tensor pictures = TinyModels.Pictures(2);

        Tensor soft = proxy.SoftCodes(proxy.Features(pictures), 0.5); // [B, hw, K]

        Assert.IsTrue(soft.argmax(2).Equals(proxy.Encode(pictures)));
        Assert.IsTrue(soft.sum(2).allclose(ones(2, 16)));
    }
}
