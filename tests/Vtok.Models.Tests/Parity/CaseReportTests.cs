using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;
using Vtok.Parity;

namespace Vtok.Models.Tests.Parity;

[TestClass]
public sealed class CaseReportTests
{
    private const string Tolerances = """{"x":0.5,"ids":0,"grad.*":0.1,"grad.deep.*":10,"list":0.25}""";

    [TestMethod]
    public void Equal_tensors_are_ok_and_the_worst_is_named()
    {
        CaseResult row = Run(report =>
        {
            report.Compare("x", tensor([1f, 2.25f, float.NaN, float.PositiveInfinity]));
            report.Compare("ids", tensor([9_007_199_254_740_993]));
            report.Compare("grad.a", 1.0);
            report.Compare("grad.deep.b", 6.0);
            report.Compare("list.0", 1.0);
        });

        Assert.AreEqual(CaseStatus.Ok, row.Status, row.Reason);
        Assert.AreEqual("x", row.Tensor);
        Assert.AreEqual(0.25, row.Error);
        Assert.AreEqual(5, row.Compared);
    }

    [TestMethod]
    [DataRow("x", new[] { 1f, 2.6f, float.NaN, float.PositiveInfinity }, "1 of 4 outside")]
    [DataRow("x", new[] { 1f, 2f, 3f, float.PositiveInfinity }, "1 of 4 outside")]
    [DataRow("x", new[] { float.NaN, 2f, float.NaN, float.PositiveInfinity }, "1 of 4 outside")]
    [DataRow("x", new[] { 1f, 2f, float.NaN, float.NegativeInfinity }, "1 of 4 outside")]
    [DataRow("x", new[] { 1f, 2f, float.NaN }, "shape [3], expected [4]")]
    [DataRow("grad.a", new[] { 1.2f }, "1 of 1 outside")]
    [DataRow("none", new[] { 1f }, "no such tensor")]
    public void A_difference_fails_and_says_where(string name, float[] actual, string words)
    {
        CaseResult row = Run(report => report.Compare(name, tensor(actual)));

        Assert.AreEqual(CaseStatus.Fail, row.Status);
        StringAssert.StartsWith(row.Reason, name);
        StringAssert.Contains(row.Reason, words);
    }

    [TestMethod]
    public void Neighbouring_large_integers_differ()
    {
        CaseResult row = Run(report => report.Compare("ids", tensor([9_007_199_254_740_992])));

        StringAssert.Contains(row.Reason, "ids: 1 of 1 outside");
        Assert.AreEqual(double.PositiveInfinity, row.Ratio);
    }

    [TestMethod]
    public void A_mask_limits_what_is_looked_at()
    {
        CaseResult row = Run(report => report.Compare("x", tensor([1f, 99f, float.NaN, 0f]), tensor([true, false, true, false])));

        StringAssert.StartsWith(row.Reason, "not compared");
    }

    [TestMethod]
    public void What_the_case_expects_and_nobody_compared_is_a_failure()
    {
        CaseResult row = Run(report => report.Compare("list.0", 1.0));

        Assert.AreEqual(CaseStatus.Fail, row.Status);
        StringAssert.Contains(row.Reason, "not compared: grad.a, grad.deep.b, ids, x");
    }

    [TestMethod]
    public void What_is_not_comparable_is_said_and_proves_nothing()
    {
        CaseResult some = Run(report =>
        {
            report.Compare("list.0", 1.0);
            foreach (string name in (string[])["x", "ids", "grad.a", "grad.deep.b"])
                report.NotComparable(name, "recorded for another step");
        });
        CaseResult all = Run(report =>
        {
            foreach (string name in (string[])["x", "ids", "list.0", "grad.a", "grad.deep.b"])
                report.NotComparable(name, "recorded for another step");
        });

        Assert.AreEqual((CaseStatus.Ok, 1), (some.Status, some.Compared));
        Assert.AreEqual("x: recorded for another step", some.NotComparable[0]);
        Assert.AreEqual((CaseStatus.Fail, "nothing was compared"), (all.Status, all.Reason));
    }

    private static CaseResult Run(Action<CaseReport> compare)
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        folder.Write("case.json", $$"""{"family":"f","kind":"k","config":{},"inputs":[],"outputs":["x","ids"],"tolerances":{{Tolerances}}}""");
        SafetensorsWriter.Write(folder.File("io.safetensors"), new Dictionary<string, Tensor>
        {
            ["out.x"] = tensor([1f, 2f, float.NaN, float.PositiveInfinity]),
            ["out.ids"] = tensor([9_007_199_254_740_993]),
            ["out.list.0"] = tensor(1f),
            ["grad.a"] = tensor([1f]),
            ["grad.deep.b"] = tensor(1f),
            ["in.given"] = tensor(1f),
        });
        using GoldenCase golden = GoldenCase.Open(folder.Root);
        var report = new CaseReport(golden);
        compare(report);
        return report.Finish(new CaseResult("f", "c", "k", CaseStatus.NotYet));
    }

    [TestMethod]
    public void Without_a_tolerance_nothing_is_ok()
    {
        using var folder = new TemporaryFolder();
        using DisposeScope scope = NewDisposeScope();
        folder.Write("case.json", """{"family":"f","kind":"k","config":{},"inputs":[],"outputs":["x"],"tolerances":{"y":1}}""");
        SafetensorsWriter.Write(folder.File("io.safetensors"), new Dictionary<string, Tensor> { ["out.x"] = ones(1) });
        using GoldenCase golden = GoldenCase.Open(folder.Root);
        var report = new CaseReport(golden);

        report.Compare("x", ones(1));

        Assert.AreEqual("x: the case gives no tolerance", report.Finish(new CaseResult("f", "c", "k", CaseStatus.NotYet)).Reason);
    }
}
