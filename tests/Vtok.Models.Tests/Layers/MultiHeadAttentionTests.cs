using Vtok.Models.Layers;

namespace Vtok.Models.Tests.Layers;

[TestClass]
public sealed class MultiHeadAttentionTests
{
    [TestMethod]
    public void It_is_the_framework_s_multi_head_attention()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        using Generator generator = new(1);
        using MultiHeadAttention ours = new(12, 3);
        ours.Initialize(0.3, generator);
        using TorchSharp.Modules.MultiheadAttention theirs = nn.MultiheadAttention(12, 3);
        Dictionary<string, Tensor> state = ours.state_dict();
        foreach ((string name, Tensor tensor) in theirs.state_dict())
            tensor.copy_(state[name]);
        Tensor tokens = randn([2, 7, 12], generator: generator);

        Tensor sequenceFirst = tokens.transpose(0, 1);
        Tensor expected = theirs.call(sequenceFirst, sequenceFirst, sequenceFirst, null, false, null).Item1.transpose(0, 1);

        Assert.IsTrue(ours.call(tokens).allclose(expected, atol: 1e-6));
    }

    [TestMethod]
    public void A_width_that_does_not_divide_is_refused()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => new MultiHeadAttention(10, 3));

        StringAssert.Contains(error.Message, "3 heads");
    }
}
