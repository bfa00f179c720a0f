using Vtok.Models.Lavit;

namespace Vtok.Models.Tests.Lavit;

[TestClass]
public sealed class TokenMergerTests
{
    private const double Floor = 1e-4; // eps/N of every weight, times values of order 1

    [TestMethod]
    [DataRow(4, true)]
    [DataRow(3, false)]
    public void Neither_a_later_nor_a_dropped_token_moves_the_causal_attention(int moved, bool kept)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using Generator generator = new(2);
        using CausalKeptAttention attention = new(8, 2);
        attention.Initialize(0.3, generator);
        Tensor keep = ones(1, 6);
        keep[0, 3] = 0;
        Tensor policy = PolicySoftmax.Causal(keep), x = randn([1, 6, 8], generator: generator), other = x.clone();
        other[0, moved] += 1;

        Tensor change = (attention.call(x, policy) - attention.call(other, policy)).abs().amax([0, 2]); // [N]

        double[] changes = [.. change.data<float>().ToArray().Select(value => (double)value)];
        for (int i = 0; i < 6; i++)
            if (i < moved || (!kept && i != moved))
                Assert.IsLessThan(Floor, changes[i], $"position {i}");
        Assert.IsGreaterThan(Floor, changes[moved]);
    }

    [TestMethod]
    public void When_all_is_kept_the_cross_attention_adds_one_vector_to_all_positions()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using Generator generator = new(3);
        using TokenMerger merger = new(8, 1, 2, 16);
        merger.Initialize(0.3, generator);
        Dictionary<string, Tensor> trace = [];

        Tensor merged = merger.Merge(randn([2, 5, 8], generator: generator), ones(2, 5), trace);

        Tensor added = trace["block0_after_cross"] - trace["block0_after_causal"];
        Assert.IsTrue(added.allclose(added.narrow(1, 0, 1).expand_as(added), 0, 1e-5));
        Assert.IsGreaterThan(1e-3f, added.abs().max().item<float>());
        CollectionAssert.AreEqual(new long[] { 2, 5, 8 }, merged.shape);
        foreach (Tensor value in trace.Values)
            value.Dispose();
    }
}
