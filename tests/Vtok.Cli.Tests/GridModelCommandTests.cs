using TorchSharp;
using Vtok.Imaging;
using Vtok.Models.LlamaGen;
using Vtok.Models.Weights;
using Vtok.Torch;
using static TorchSharp.torch;

namespace Vtok.Cli.Tests;

/// <summary>The commands with a model of any size: LlamaGen's network, tiny, with drawn weights, in a folder of its own.</summary>
[TestClass]
public class GridModelCommandTests
{
    private static readonly LlamaGenConfig Tiny = new()
    {
        CodebookSize = 20,
        CodeDimension = 4,
        EncoderMultipliers = [1, 1, 2],
        DecoderMultipliers = [1, 1, 2],
        LatentChannels = 8,
        Channels = 8,
        Blocks = 1,
        NormGroups = 4,
    };

    [TestMethod]
    [DataRow(null)]
    [DataRow("grid")]
    public void A_picture_of_any_size_comes_back_at_its_size(string? layout)
    {
        using var cli = new CliHarness { Real = true };
        string picture = Prepare(cli, 18, 13);

        CliResult encoded = cli.Run(["encode", picture, "--model", cli["tiny"], .. layout is null ? Array.Empty<string>() : ["--layout", layout]]);
        CliResult verified = cli.Run("verify", cli["a.vtok"], "--model", cli["tiny"]);
        CliResult decoded = cli.Run("decode", cli["a.vtok"], "--model", cli["tiny"], "-o", cli["back.png"]);

        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        StringAssert.Contains(encoded.Errors, "18x13, 20 tokens");
        Assert.AreEqual(0, verified.ExitCode, verified.Errors);
        Assert.AreEqual(0, decoded.ExitCode, decoded.Errors);
        RgbImage back = new VipsImageCodec().Decode(File.ReadAllBytes(cli["back.png"]));
        Assert.AreEqual((18, 13), (back.Width, back.Height));
    }

    [TestMethod]
    [DataRow("--tokens", "5")]
    [DataRow("--layout", "tile")]
    [DataRow("--layout", "fit")]
    public void What_a_model_of_any_size_cannot_do_is_a_usage_error(string option, string value)
    {
        using var cli = new CliHarness { Real = true };
        string picture = Prepare(cli, 16, 8);

        CliResult encoded = cli.Run("encode", picture, "--model", cli["tiny"], option, value);

        Assert.AreEqual(2, encoded.ExitCode, encoded.Errors);
        StringAssert.Contains(encoded.Errors, "tiny");
        Assert.IsFalse(File.Exists(cli["a.vtok"]));
    }

    [TestMethod]
    public void Codes_are_written_as_features_in_reading_order()
    {
        using var cli = new CliHarness { Real = true };
        string picture = Prepare(cli, 16, 8);
        cli.Run("encode", picture, "--model", cli["tiny"]);

        CliResult features = cli.Run("features", cli["a.vtok"], "--model", cli["tiny"], "-o", cli["a.npy"]);

        Assert.AreEqual(0, features.ExitCode, features.Errors);
        StringAssert.Contains(features.Errors, "8x4"); // 2 rows of 4 tokens, 4 numbers each
    }

    private static string Prepare(CliHarness cli, int width, int height)
    {
        Save(cli["tiny"]);
        var picture = new RgbImage(width, height);
        new Random(3).NextBytes(picture.Pixels);
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));
        return cli["a.png"];
    }

    private static void Save(string folder)
    {
        NativeTorch.Load();
        using DisposeScope scope = NewDisposeScope();
        using var network = new LlamaGenNetwork(Tiny);
        using var generator = new Generator(1);
        network.Initialize(generator);
        ModelFolder.Save(folder, Tiny.ToModelConfig(), network.state_dict());
    }
}
