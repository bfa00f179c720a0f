using System.Text;
using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Models.Tests.Seed;
using Vtok.Models.Weights;
using Vtok.Torch;

namespace Vtok.Cli.Tests;

/// <summary>`vtok features` with a model whose pixels a diffusion model draws from class labels.</summary>
[TestClass]
public sealed class SeedCommandTests
{
    [TestMethod]
    public void Class_labels_are_written_for_the_normalizer_of_a_file()
    {
        using TempFolder folder = Model();

        byte[] labels = Labels(folder), same = Labels(folder, "--noise-level", "0", "--seed", "0");

        StringAssert.Contains(Encoding.ASCII.GetString(labels), "(1,20,)");
        CollectionAssert.AreEqual(labels, same);
        CollectionAssert.AreNotEqual(labels, Labels(folder, "--seed", "1"));
        CollectionAssert.AreNotEqual(labels, Labels(folder, "--noise-level", "9"));
    }

    [TestMethod]
    [DataRow(4, "--normalizer or", "unclip")]
    [DataRow(3, "none.safetensors: not found", "unclip", "--normalizer", "none.safetensors")]
    [DataRow(3, "noise.safetensors", "unclip", "--normalizer", "noise.safetensors")]
    [DataRow(4, "[1, 12], this model's embeddings [1, 10]", "unclip", "--normalizer", "wide.safetensors")]
    [DataRow(2, "--normalizer is for --kind unclip", "embedding", "--normalizer", "normalizer.safetensors")]
    [DataRow(2, "--seed is for --kind unclip", "embedding", "--seed", "1")]
    [DataRow(2, "--noise-level 1000: expected a whole number, 0 to 999", "unclip", "--noise-level", "1000")]
    public void What_does_not_fit_is_refused_in_one_line(int exitCode, string contains, string kind, params string[] options)
    {
        using TempFolder folder = Model();
        File.WriteAllBytes(folder["noise.safetensors"], [1, 2, 3]);

        CliHarness.Over(folder, ["features", folder["a.vtok"], "-o", folder["a.npy"], "--kind", kind, .. options.Select(option => option.EndsWith(".safetensors", StringComparison.Ordinal) ? folder[option] : option)])
            .IsRefusal(exitCode, contains);

        Assert.IsFalse(File.Exists(folder["a.npy"]));
    }

    [TestMethod]
    public void Another_family_has_no_class_labels()
    {
        using var cli = new CliHarness();

        cli.Run("features", cli.TokenFile("a.vtok"), "--kind", "unclip").IsRefusal(2, "--kind unclip: default has half, twice");
    }

    private static byte[] Labels(TempFolder folder, params string[] options)
    {
        CliResult result = CliHarness.Over(folder, ["features", folder["a.vtok"], "-o", folder["a.npy"], "--force", "--kind", "unclip", "--normalizer", folder["normalizer.safetensors"], .. options]);
        Assert.AreEqual(0, result.ExitCode, result.Errors);
        return File.ReadAllBytes(folder["a.npy"]);
    }

    private static TempFolder Model()
    {
        NativeTorch.Load();
        var folder = new TempFolder();
        Save(folder);
        var picture = new RgbImage(40, 30);
        new Random(1).NextBytes(picture.Pixels);
        File.WriteAllBytes(folder["a.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));
        CliResult encoded = CliHarness.Over(folder, "encode", folder["a.png"], "-o", folder["a.vtok"], "--model", "tiny", "-q");
        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        return folder;
    }

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static void Save(TempFolder folder)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelFolder.Save(folder["models/tiny"], TinySeed.Published, TinySeed.Network().state_dict());
        foreach ((string name, long width) in new[] { ("normalizer", 10L), ("wide", 12L) })
            SafetensorsWriter.Write(folder[name + ".safetensors"], new Dictionary<string, Tensor> { ["mean"] = zeros(1, width), ["std"] = ones(1, width) * 0.5 });
    }
}
