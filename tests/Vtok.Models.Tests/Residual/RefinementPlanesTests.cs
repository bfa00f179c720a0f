using Vtok.Models.Residual;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class RefinementPlanesTests
{
    [TestMethod]
    public void A_part_is_cut_from_what_the_whole_picture_has()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        Tensor ids = new ResidualEncoder(books).Encode(TinyBooks.Pictures(2));
        StagePlanes stages = books.Dequantize(ids, tensor((long[])[3, books.Config.Tokens]));
        int side = books.Config.Size;
        var part = new SquareCrop(8, 4, side / 2);

        RefinementInput whole = RefinementPlanes.Make(books, stages);
        RefinementInput cut = RefinementPlanes.Make(books, stages, part);

        Assert.AreEqual(RefinementPlanes.Count(books.Config), whole.Planes.size(1));
        Assert.AreEqual(0, Worst(whole.Planes.narrow(2, 2, side / 8).narrow(3, 1, side / 8), cut.Planes), 1e-4);
        Assert.AreEqual(0, Worst(whole.Linear.narrow(2, 8, side / 2).narrow(3, 4, side / 2), cut.Linear), 1e-4);
    }

    [TestMethod]
    public void Masks_tell_how_many_tokens_are_known()
    {
        using DisposeScope scope = NewDisposeScope();
        using ResidualCodebooks books = TinyBooks.Create();
        Tensor ids = new ResidualEncoder(books).Encode(TinyBooks.Pictures(1));
        int masks = RefinementPlanes.Count(books.Config) - 12;

        Tensor none = Masks(books, ids, 0, masks), all = Masks(books, ids, books.Config.Tokens, masks);

        Assert.AreEqual(0, none.abs().sum().item<float>());
        Assert.AreEqual(1, all[.., 0].min().item<float>());
        Assert.IsGreaterThan(Masks(books, ids, 1, masks).sum().item<float>(), all.sum().item<float>());
    }

    private static Tensor Masks(ResidualCodebooks books, Tensor ids, long known, int count)
        => RefinementPlanes.Make(books, books.Dequantize(ids, tensor((long[])[known]))).Planes.narrow(1, 12, count);

    private static double Worst(Tensor a, Tensor b) => (a - b).abs().max().item<float>();
}
