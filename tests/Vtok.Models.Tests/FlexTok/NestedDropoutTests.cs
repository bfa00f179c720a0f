using System.Numerics;
using CsCheck;
using Vtok.Models.FlexTok;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class NestedDropoutTests
{
    [TestMethod]
    public void Every_draw_keeps_what_its_mode_says()
    {
        Gen.Int[0, 10].Sample(exponent =>
        {
            int tokens = 1 << exponent;
            int[] Kept(NestedDropoutMode mode) => [.. Enumerable.Range(0, NestedDropout.Draws(mode, tokens)).Select(draw => NestedDropout.KeepCount(mode, tokens, draw))];

            CollectionAssert.AreEqual(Enumerable.Range(1, tokens).ToArray(), Kept(NestedDropoutMode.Uniform));
            CollectionAssert.AreEqual(Enumerable.Range(0, exponent + 1).Select(e => 1 << e).ToArray(), Kept(NestedDropoutMode.PowersOfTwo));
            int[] rounded = Kept(NestedDropoutMode.UniformPowersOfTwo);
            for (int draw = 0; draw < tokens; draw++)
                Assert.IsTrue(BitOperations.IsPow2(rounded[draw]) && rounded[draw] > draw && rounded[draw] <= tokens && rounded[draw] / 2 <= draw);
        });
    }

    [TestMethod]
    public void Draws_and_sizes_out_of_range_are_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => NestedDropout.Draws(NestedDropoutMode.PowersOfTwo, 12));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => NestedDropout.KeepCount(NestedDropoutMode.Uniform, 8, 8));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => NestedDropout.KeepCount(NestedDropoutMode.Uniform, 0, 0));
    }
}
