using Vtok.Parity;

namespace Vtok.Models.Tests.Parity;

/// <summary>The golden cases that ship with the sources, one test each.</summary>
[TestClass]
public sealed class GoldenCaseTests
{
    public static IEnumerable<object[]> Cases => Entries(Directory.Exists);

    public static string DisplayName(System.Reflection.MethodInfo _, object[] row) => $"{row[0]}/{row[1]}";

    [TestMethod]
    [DynamicData(nameof(Cases), DynamicDataDisplayName = nameof(DisplayName))]
    public void Our_code_reproduces_the_published_numbers(string family, string name) => Expect(ParityCheck.Run(Path.Combine(Root, family, name)));

    internal static IEnumerable<object[]> Entries(Func<string, bool> wanted) => GoldenFolder.Walk(Root).Where(wanted).Select(entry =>
        new object[] { Path.GetFileName(Path.GetDirectoryName(entry))!, Path.GetFileName(entry) });

    internal static string Root
    {
        get
        {
            for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
                if (Path.Combine(at.FullName, "tests", "golden") is var golden && Directory.Exists(golden))
                    return golden;
            throw new DirectoryNotFoundException("tests/golden is in no folder above the tests");
        }
    }

    internal static void Expect(CaseResult row)
    {
        if (row.Status is CaseStatus.NotYet or CaseStatus.NeedsWeights)
            Assert.Inconclusive(row.Status == CaseStatus.NotYet ? $"no runner for {row.Family} {row.Kind}" : row.Reason);
        Assert.AreEqual(CaseStatus.Ok, row.Status, row.Reason);
        Console.WriteLine($"{row.Compared} compared; worst {row.Tensor}: {row.Error:G3} of {row.Tolerance:G3}");
    }
}
