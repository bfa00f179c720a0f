using Vtok.Models.Lavit;

namespace Vtok.Models.Tests.Lavit;

[TestClass]
public sealed class PolicySoftmaxTests
{
    [TestMethod]
    [DataRow(1ul), DataRow(2ul), DataRow(3ul)]
    public void Rows_sum_to_one_whatever_the_policy(ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(seed);
        Tensor scores = randn([2, 3, 7, 7], generator: generator) * 5, keep = rand([2, 7], generator: generator).gt(0.5).to(ScalarType.Float32);

        foreach (Tensor policy in new[] { PolicySoftmax.Causal(keep), PolicySoftmax.Dropped(keep) })
            Assert.IsTrue(PolicySoftmax.Weights(scores, policy).sum(-1).allclose(ones(2, 3, 7), 0, 1e-5));
    }

    [TestMethod]
    public void A_shut_row_is_uniform()
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor weights = PolicySoftmax.Weights(randn(1, 2, 5, 5), PolicySoftmax.Dropped(ones(1, 5)));

        Assert.IsTrue(weights.allclose(full([1, 2, 5, 5], 0.2f), 0, 1e-6));
    }

    [TestMethod]
    public void The_causal_policy_lets_through_kept_tokens_that_are_not_later_and_oneself()
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor policy = PolicySoftmax.Causal(tensor(new float[,] { { 1, 0, 1 } }));

        CollectionAssert.AreEqual(new float[] { 1, 0, 0, 1, 1, 0, 1, 0, 1 }, policy.contiguous().data<float>().ToArray());
    }
}
