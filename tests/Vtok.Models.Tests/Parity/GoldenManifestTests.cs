using Vtok.Parity;

namespace Vtok.Models.Tests.Parity;

/// <summary>The manifests that ship with the sources. Building without memory sets the default device of the whole process, so nothing may run beside it.</summary>
[TestClass, DoNotParallelize]
public sealed class GoldenManifestTests
{
    public static IEnumerable<object[]> Manifests => GoldenCaseTests.Entries(GoldenFolder.IsManifest);

    public static string DisplayName(System.Reflection.MethodInfo _, object[] row) => $"{row[0]}/{row[1]}";

    [TestMethod]
    [DynamicData(nameof(Manifests), DynamicDataDisplayName = nameof(DisplayName))]
    public void Our_model_has_the_published_names_and_shapes(string family, string name) =>
        GoldenCaseTests.Expect(ParityCheck.Run(Path.Combine(GoldenCaseTests.Root, family, name)));
}
