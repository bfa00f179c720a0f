using System.Text;
using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Models.OneDPiece;
using Vtok.Models.Tests.OneDPiece;
using Vtok.Models.Weights;
using Vtok.Torch;
using static TorchSharp.torch;

namespace Vtok.Cli.Tests;

/// <summary>`vtok decode` with a model that reads text beside the tokens.</summary>
[TestClass]
public sealed class TextFeaturesCommandTests
{
    [TestMethod]
    public void Text_features_change_the_picture_and_their_lack_is_said()
    {
        using TempFolder folder = Model();
        WriteText(folder["one.npy"], 4, 6, 1);
        WriteText(folder["other.npy"], 4, 6, -1);

        Assert.AreEqual(0, CliHarness.Over(folder, "decode", folder["a.vtok"], "-o", folder["one.png"], "--text-features", folder["one.npy"]).ExitCode);
        Assert.AreEqual(0, CliHarness.Over(folder, "decode", folder["a.vtok"], "-o", folder["other.png"], "--text-features", folder["other.npy"]).ExitCode);

        CollectionAssert.AreNotEqual(File.ReadAllBytes(folder["one.png"]), File.ReadAllBytes(folder["other.png"]));
        CliHarness.Over(folder, "decode", folder["a.vtok"], "-o", folder["b.png"]).IsRefusal(4, "--text-features");
    }

    [TestMethod]
    public void A_file_that_does_not_fit_or_is_not_there_is_refused_in_one_line()
    {
        using TempFolder folder = Model();
        WriteText(folder["short.npy"], 3, 6, 1);
        File.WriteAllBytes(folder["noise.npy"], [1, 2, 3]);

        CliHarness.Over(folder, "decode", folder["a.vtok"], "-o", folder["b.png"], "--text-features", folder["short.npy"]).IsRefusal(4, "[1, 3, 6], this model reads [4, 6]");
        CliHarness.Over(folder, "decode", folder["a.vtok"], "-o", folder["b.png"], "--text-features", folder["noise.npy"]).IsRefusal(3, "noise.npy: not a NumPy file");
        CliHarness.Over(folder, "decode", folder["a.vtok"], "-o", folder["b.png"], "--text-features", folder["none.npy"]).IsRefusal(3, "none.npy");
    }

    [TestMethod]
    public void A_model_that_reads_no_text_refuses_it()
    {
        using var cli = new CliHarness();
        WriteText(cli["one.npy"], 4, 6, 1);
        string file = cli.TokenFile("a.vtok");

        cli.Run("decode", file, "--text-features", cli["one.npy"]).IsRefusal(2, "--text-features: default has no decoder that reads text (of the known families, one-d-piece and titok have)");
    }

    private static TempFolder Model()
    {
        NativeTorch.Load();
        var folder = new TempFolder();
        Save(folder["models/tiny"]);
        var picture = new RgbImage(40, 30);
        new Random(1).NextBytes(picture.Pixels);
        File.WriteAllBytes(folder["a.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));
        CliHarness.Over(folder, "encode", folder["a.png"], "-o", folder["a.vtok"], "--model", "tiny", "-q");
        return folder;
    }

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static void Save(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using OneDPieceNetwork network = TinyModels.Network(TinyModels.TextAware);
        ModelFolder.Save(folder, network.Config.ToModelConfig(), network.state_dict());
    }

    private static void WriteText(string path, int length, int width, float value) =>
        File.WriteAllBytes(path, new FeatureArray(Enumerable.Repeat(value, length * width).ToArray(), [length, width]).ToNpy());
}
