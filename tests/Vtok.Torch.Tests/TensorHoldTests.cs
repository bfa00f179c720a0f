using TorchSharp;
using static TorchSharp.torch;

namespace Vtok.Torch.Tests;

[TestClass]
public sealed class TensorHoldTests
{
    [TestMethod]
    public void What_is_made_in_it_lives_on_where_no_scope_is_around_it()
    {
        Tensor kept;
        using (new TensorHold())
            kept = ones(3);

        Assert.AreEqual(3f, kept.sum().item<float>());
        kept.Dispose();
    }

    [TestMethod]
    public void What_is_made_in_it_goes_with_the_scope_around_it()
    {
        Tensor made;
        using (NewDisposeScope())
        {
            using (new TensorHold())
                made = ones(3);
            Assert.AreEqual(3f, made.sum().item<float>());
        }

        Assert.IsTrue(made.IsInvalid);
    }

    [TestMethod]
    public void Nothing_in_it_is_out_of_reach_of_a_scope()
    {
        long before = DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount;

        using (new TensorHold())
            ones(3).add(ones(3)).mul(ones(3)).Dispose();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.CreatedOutsideScopeCount);
    }
}
