using System.Diagnostics;
using System.Text.Json;

namespace Vtok.Torch.Tests;

/// <summary>The property VtokTorch, proven by evaluating the project file: the CUDA packages cannot be restored on every machine.</summary>
[TestClass]
public sealed class LibtorchSwitchTests
{
    private static readonly string[] Pins = ["SharpZipLib", "SkiaSharp"]; // of what TorchSharp asks for, whatever the switch says

    [TestMethod]
    [DataRow("cpu", "TorchSharp", "libtorch-cpu-linux-x64")]
    [DataRow("none", "TorchSharp")]
    [DataRow("cuda-linux", "TorchSharp-cuda-linux")]
    [DataRow("cuda-windows", "TorchSharp-cuda-windows")]
    public void Each_value_of_the_switch_references_its_packages_and_no_others(string value, params string[] expected)
    {
        string project = Path.Combine(RepositoryRoot(), "src", "Vtok.Torch", "Vtok.Torch.csproj");

        var packages = ReferencedPackages(project, value);

        CollectionAssert.AreEquivalent((string[])[.. expected, .. Pins], packages);
    }

    private static List<string> ReferencedPackages(string project, string value)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (string argument in (string[])["msbuild", project, "-getItem:PackageReference", $"-p:VtokTorch={value}", "-p:VtokTorchRid=linux-x64"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, output);
        using JsonDocument items = JsonDocument.Parse(output);
        return [.. items.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray().Select(p => p.GetProperty("Identity").GetString()!)];
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tokenizers.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
