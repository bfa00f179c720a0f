using TorchSharp;
using Vtok.Models.Quantizers;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class SoftAssignmentTests
{
    [TestMethod]
    public void Certain_logits_give_the_code_and_no_sharpness_the_mean_of_all()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor codebook = tensor(new[] { 1f, 2, 3, 4, 5, 9 }).view(3, 2);
        Tensor logits = tensor(new[] { -1000f, 1000, -1000 }).view(1, 3);

        CollectionAssert.AreEqual(new[] { 3f, 4f }, SoftAssignment.Expect(logits, codebook).data<float>().ToArray());
        Assert.IsTrue(SoftAssignment.Expect(logits, codebook, 0).allclose(codebook.mean([0], keepdim: true)));
        foreach (double sharpness in (double[])[-1, double.NaN, double.PositiveInfinity])
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SoftAssignment.Expect(logits, codebook, sharpness));
    }

    [TestMethod]
    public void The_likeliest_code_by_distance_is_the_nearest()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(7);
        Tensor features = randn([40, 5], generator: generator), codebook = randn([16, 5], generator: generator);

        Tensor probabilities = SoftAssignment.ByDistance(features, codebook, 3);

        Assert.IsTrue(probabilities.argmax(1).Equals(NearestCode.Find(features, codebook)));
        Assert.IsTrue(probabilities.sum(1).allclose(ones(40)));
    }
}
