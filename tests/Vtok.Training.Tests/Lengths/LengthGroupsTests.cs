using TorchSharp;
using Vtok.Training.Lengths;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Lengths;

[TestClass]
public sealed class LengthGroupsTests
{
    [TestMethod]
    public void Every_picture_is_decoded_at_its_own_length_and_comes_back_at_its_place()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = arange(12, ScalarType.Float32).view(4, 3);

        Tensor sums = LengthGroups.Decode(rows, [3, 1, 3, 2], (some, length) => some.narrow(1, 0, length).sum(1, keepdim: true));

        CollectionAssert.AreEqual((float[])[0 + 1 + 2, 3, 6 + 7 + 8, 9 + 10], sums.data<float>().ToArray());
    }

    [TestMethod]
    public void Equal_lengths_are_decoded_together()
    {
        using DisposeScope scope = NewDisposeScope();
        int calls = 0;

        LengthGroups.Decode(ones(5, 2), [2, 1, 2, 1, 2], (some, length) =>
        {
            calls++;
            return some;
        });

        Assert.AreEqual(2, calls);
    }

    [TestMethod]
    public void Gradients_reach_every_row()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = ones(3, 2).requires_grad_(true);

        LengthGroups.Decode(rows, [1, 2, 1], (some, length) => some.narrow(1, 0, length).sum(1)).sum().backward();

        CollectionAssert.AreEqual((float[])[1, 0, 1, 1, 1, 0], rows.grad!.data<float>().ToArray());
    }
}
