using Vtok.Models.FlexTok;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class PatchPositionsTests
{
    private const int Width = 4, Side = 3;

    [TestMethod]
    [DataRow(PositionKind.LearnedSum), DataRow(PositionKind.LearnedProduct)]
    public void Learned_positions_join_a_vector_of_the_row_and_one_of_the_column(PositionKind kind)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        PatchPositions positions = Drawn(new() { Kind = kind });
        Tensor table = positions.state_dict()["posembs"];
        CollectionAssert.AreEqual(new long[] { 2, 1, Width, Side }, table.shape);

        Tensor added = positions.Add(zeros(1, 2 * 3, Width), 2, 3);

        for (int row = 0; row < 2; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                Tensor a = table[0, 0, TensorIndex.Colon, row], b = table[1, 0, TensorIndex.Colon, column];
                Assert.IsTrue(added[0, row * 3 + column].Equals(kind == PositionKind.LearnedSum ? a + b : a * b), $"row {row}, column {column}");
            }
        }
    }

    [TestMethod]
    public void Interpolated_positions_keep_their_corners_on_a_smaller_grid()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        PatchPositions whole = Drawn(new() { Kind = PositionKind.LearnedSum }), resized = Drawn(new() { Kind = PositionKind.LearnedSum, Interpolated = true });
        Tensor all = whole.Add(zeros(1, Side * Side, Width), Side, Side)[0], some = resized.Add(zeros(1, 4, Width), 2, 2)[0];

        int[] corners = [0, Side - 1, Side * (Side - 1), Side * Side - 1];

        for (int i = 0; i < corners.Length; i++)
            Assert.IsLessThan(1e-6, (all[corners[i]] - some[i]).abs().max().item<float>());
        Assert.IsTrue(resized.Add(zeros(1, Side * Side, Width), Side, Side)[0].allclose(all));
    }

    [TestMethod]
    public void Learned_positions_are_trained_and_fixed_ones_are_not()
    {
        using var learned = new PatchPositions([Side, Side], Width, new() { Kind = PositionKind.LearnedSum });
        using var fixedOnes = new PatchPositions([Side, Side], Width, new());

        Assert.IsTrue(learned.parameters().Single().requires_grad);
        Assert.IsFalse(fixedOnes.parameters().Single().requires_grad);
    }

    [TestMethod]
    public void Learned_positions_of_two_different_sizes_are_refused()
    {
        FlexTokConfig config = TinyFlexTok.Config with { Encoder = TinyFlexTok.Config.Encoder with { Grid = [4, 2], Positions = new() { Kind = PositionKind.LearnedSum } } };

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(config.Encoder.Validate).Message, "max_sizes [4, 2]");
    }

    private static PatchPositions Drawn(PatchPositionsConfig config)
    {
        var positions = new PatchPositions([Side, Side], Width, config);
        positions.Initialize(new Generator(1));
        return positions;
    }
}
