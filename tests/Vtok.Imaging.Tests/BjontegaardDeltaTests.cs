namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class BjontegaardDeltaTests
{
    private static readonly (double, double)[] Anchor = [(100, 20), (200, 23), (400, 26), (800, 28)];

    [TestMethod]
    public void Deltas_have_the_published_figures()
    {
        IReadOnlyList<GoldenCase> cases = GoldenCase.All(TestFolders.Golden("image-quality"), "bd_rate");
        Assert.IsNotEmpty(cases);
        foreach (GoldenCase golden in cases)
            foreach (string output in golden.Outputs)
            {
                string[] parts = output.Split('.');
                var method = Enum.Parse<BjontegaardMethod>(parts[1], ignoreCase: true);

                BjontegaardDelta? delta = parts[2] == "bd_quality"
                    ? BjontegaardDelta.Quality(Curve(golden, parts[0], "anchor"), Curve(golden, parts[0], "test"), method)
                    : BjontegaardDelta.Rate(Curve(golden, parts[0], "anchor"), Curve(golden, parts[0], "test"), method);

                golden.AssertClose(output, [delta!.Value]);
            }
    }

    [TestMethod]
    [DataRow(BjontegaardMethod.Pchip)]
    [DataRow(BjontegaardMethod.Akima)]
    [DataRow(BjontegaardMethod.Cubic)]
    public void Half_the_rate_at_every_quality_is_minus_fifty_percent(BjontegaardMethod method)
    {
        (double, double)[] halved = [.. Anchor.Select(p => (p.Item1 / 2, p.Item2))];

        BjontegaardDelta? delta = BjontegaardDelta.Rate(Anchor, halved, method);

        Assert.AreEqual(-50, delta!.Value, 1e-9);
        Assert.IsFalse(delta.ShortOverlap);
    }

    [TestMethod]
    public void Curves_that_do_not_overlap_have_no_delta() =>
        Assert.IsNull(BjontegaardDelta.Rate(Anchor, [(100, 30), (200, 33)]));

    [TestMethod]
    public void A_short_overlap_is_marked()
    {
        BjontegaardDelta? delta = BjontegaardDelta.Rate(Anchor, [(700, 27), (1500, 33)]);

        Assert.IsTrue(delta!.ShortOverlap);
        Assert.AreEqual((27.0, 28.0), (delta.From, delta.To));
    }

    [TestMethod]
    public void Curves_that_are_none_are_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => BjontegaardDelta.Rate([(1, 2)], Anchor));
        Assert.ThrowsExactly<ArgumentException>(() => BjontegaardDelta.Rate([(0, 2), (3, 4)], Anchor));
        Assert.ThrowsExactly<ArgumentException>(() => BjontegaardDelta.Rate([(1, 2), (3, 2)], Anchor));
    }

    private static (double, double)[] Curve(GoldenCase golden, string curve, string which) =>
        [.. golden.Values<double>($"in.{curve}.rate_{which}").Zip(golden.Values<double>($"in.{curve}.quality_{which}"))];
}
