using System.Diagnostics;
using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Codec.Tests;

/// <summary>The programs of examples/: what the documents print, and what they do.</summary>
[TestClass]
public sealed class ExamplesTests
{
    [TestMethod]
    [DataRow("README.md", "RoundTrip.cs")]
    [DataRow("library.md", "Generator.cs")]
    public void The_document_prints_the_program(string document, string program) =>
        StringAssert.Contains(Text(document), $"```csharp\n{Text(program)}```\n");

    [TestMethod]
    public void A_photograph_goes_through_bytes_and_back()
    {
        using TempFolder folder = Ready();
        File.WriteAllBytes(folder["photo.jpg"], new VipsImageCodec().Encode(Pictures.Noise(60, 40), ImageFormat.Jpeg));

        string said = Run("RoundTrip", folder);

        Assert.AreEqual("60x40: 64 tokens, 110 bytes\n", said);
        Assert.AreEqual(new ImageFileInfo(ImageFormat.Png, 60, 40), new VipsImageCodec().Identify(File.ReadAllBytes(folder["back.png"])));
    }

    [TestMethod]
    public void Drawn_tokens_are_pictures_at_two_lengths_and_a_file_that_the_reader_takes()
    {
        using TempFolder folder = Ready();
        Directory.CreateDirectory(folder["pictures"]);
        for (int i = 0; i < 3; i++)
            File.WriteAllBytes(folder[$"pictures/{i}.png"], new VipsImageCodec().Encode(Pictures.Noise(40, 40, i), ImageFormat.Png));

        Run("Generator", folder);

        foreach (string drawn in new[] { "drawn-32.png", "drawn-256.png" })
            Assert.AreEqual(new ImageFileInfo(ImageFormat.Png, 256, 256), new VipsImageCodec().Identify(File.ReadAllBytes(folder[drawn])));
        TokenizerInfo info = TokenizerInfo.FromJson(File.ReadAllBytes(folder["checkpoints/default/tokenizer.json"]));
        Assert.AreEqual(256, VtokReader.Read(File.ReadAllBytes(folder["drawn.vtok"]), info).Count);
    }

    private static TempFolder Ready()
    {
        string? root = ModelStore.DefaultRoots(AppContext.BaseDirectory, null).FirstOrDefault(root => File.Exists(Path.Combine(root, "default", "config.json")));
        if (root is null)
            Assert.Inconclusive("checkpoints/default is not in this checkout");
        var folder = new TempFolder();
        Directory.CreateSymbolicLink(folder["checkpoints"], root);
        return folder;
    }

    private static string Run(string program, TempFolder folder)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{program}.dll")]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, output);
        return output.ReplaceLineEndings("\n");
    }

    private static string Text(string name)
    {
        using Stream stream = typeof(ExamplesTests).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
