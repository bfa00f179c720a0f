using Vtok.Models.Layers.Vision;

namespace Vtok.Models.Tests.Layers;

[TestClass]
public sealed class EvaVitTests
{
    [TestMethod]
    public void Relative_positions_are_numbered_by_distance_with_three_rows_for_the_class_token()
    {
        using DisposeScope scope = NewDisposeScope();

        Tensor index = RelativePositionBias.Index(2); // 9 distances, then 9: class to patch, 10: patch to class, 11: class to itself

        CollectionAssert.AreEqual(
            new long[] { 11, 9, 9, 9, 9, 10, 4, 3, 1, 0, 10, 5, 4, 2, 1, 10, 7, 6, 4, 3, 10, 8, 7, 5, 4 },
            index.data<long>().ToArray());
        index.Dispose();
    }

    [TestMethod]
    public void Positions_of_the_same_grid_stay_and_the_class_position_always_does()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(1);
        Tensor table = randn([1, 10, 4], generator: generator);

        Tensor other = EvaPositions.Resample(table, 5);

        Assert.IsTrue(EvaPositions.Resample(table, 3).Equals(table));
        CollectionAssert.AreEqual(new long[] { 1, 26, 4 }, other.shape);
        Assert.IsTrue(other.narrow(1, 0, 1).Equals(table.narrow(1, 0, 1)));
    }

    [TestMethod]
    public void A_table_of_no_square_grid_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();

        var error = Assert.ThrowsExactly<ArgumentException>(() => EvaPositions.Resample(zeros(1, 9, 4), 2));

        StringAssert.Contains(error.Message, "[1, 9, 4]");
    }

    [TestMethod]
    public void Pictures_of_another_size_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using EvaVit tower = new(new EvaVitConfig { ImageSize = 28, Width = 8, Depth = 1, Heads = 2 });

        var error = Assert.ThrowsExactly<ArgumentException>(() => tower.call(zeros(1, 3, 42, 42)));

        StringAssert.Contains(error.Message, "[B, 3, 28, 28]");
    }
}
