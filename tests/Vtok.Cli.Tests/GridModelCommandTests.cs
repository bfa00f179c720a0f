using System.Text.Json;
using TorchSharp;
using Vtok.Imaging;
using Vtok.Models.LlamaGen;
using Vtok.Models.Tests.TokenFlow;
using Vtok.Models.TokenFlow;
using Vtok.Models.Tests.LlamaGen;
using Vtok.Models.Weights;
using Vtok.Streams;
using Vtok.Torch;
using static TorchSharp.torch;

namespace Vtok.Cli.Tests;

/// <summary>The commands with a model of any size: LlamaGen's network, tiny, with drawn weights, in a folder of its own.</summary>
[TestClass]
public class GridModelCommandTests
{
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
    public void A_picture_that_whole_cells_would_make_too_wide_is_refused_both_ways()
    {
        using var cli = new CliHarness { Real = true };
        string picture = Prepare(cli, 65534, 3);
        TokenizerInfo info = ModelFolder.ReadInfo(cli["tiny"]);
        VtokFile file = VtokFile.Create(info, VtokLayout.Grid, 65534, 3, [new int[16384]]);
        File.WriteAllBytes(cli["wide.vtok"], VtokWriter.Write(file, info));

        cli.Run("encode", picture, "--model", cli["tiny"]).IsRefusal(3, "65534x3 in whole cells of 4 is 65536x4");
        cli.Run("decode", cli["wide.vtok"], "--model", cli["tiny"]).IsRefusal(3, "65534x3 in whole cells of 4 is 65536x4");
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

    [TestMethod]
    public void More_threads_than_cores_are_as_many_as_there_are()
    {
        using var cli = new CliHarness { Real = true };

        CliResult encoded = cli.Run("encode", Prepare(cli, 16, 8), "--model", cli["tiny"], "--threads", "1024");

        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        Assert.IsLessThanOrEqualTo(Environment.ProcessorCount, get_num_threads());
    }

    [TestMethod]
    [DataRow(20, 25)]
    [DataRow(null, 4096)]
    public void A_model_of_any_size_is_measured_at_the_size_that_is_said(int? size, int tokens)
    {
        using var cli = new CliHarness { Real = true };
        string picture = Prepare(cli, 30, 24);

        CliResult result = cli.Run(["eval", "--data", picture, "--model", cli["tiny"], "--json", .. size is null ? Array.Empty<string>() : ["--size", $"{size}"]]);

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        int side = size ?? 256;
        Assert.AreEqual(side, result.Json.GetProperty("size").GetInt32());
        StringAssert.Contains(result.Json.GetProperty("protocol").GetString(), $"centre square, Lanczos to {side}x{side}");
        JsonElement row = result.Json.GetProperty("rows").EnumerateArray().Single();
        Assert.AreEqual(tokens, row.GetProperty("tokens").GetInt32());
        Assert.IsGreaterThan(Math.Ceiling(tokens * 5 / 8.0), row.GetProperty("bytes").GetDouble());
        Assert.AreEqual(side < 32, row.GetProperty("lpips").ValueKind == JsonValueKind.Null);
    }

    [TestMethod]
    [DataRow("--size", "30", "--size 30: tiny has a token for each 4x4 pixels; expected a multiple of 4, 11 or more")]
    [DataRow("--tokens", "25", "--tokens 25: tiny takes one token for each 4x4 pixels (--size decides)")]
    public void What_a_grid_cannot_be_measured_at_is_a_usage_error(string option, string value, string contains)
    {
        using var cli = new CliHarness { Real = true };

        cli.Run("eval", "--data", Prepare(cli, 16, 8), "--model", cli["tiny"], option, value).IsRefusal(2, contains);
    }

    [TestMethod]
    public void Every_scale_of_a_model_of_scales_is_measured()
    {
        using var cli = new CliHarness { Real = true };
        string picture = Prepare(cli, 30, 24);
        SaveScales(cli["scales"]);

        CliResult result = cli.Run("eval", "--data", picture, "--model", cli["scales"], "--json");

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        Assert.AreEqual(16, result.Json.GetProperty("size").GetInt32());
        CollectionAssert.AreEqual(new[] { 1, 5, 14, 30 }, result.Json.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("tokens").GetInt32()).ToArray());
    }

    private static void SaveScales(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelConfig config = TinyTokenFlow.Config(TinyTokenFlow.Clip);
        using TokenFlowNetwork network = TinyTokenFlow.Network(config);
        ModelFolder.Save(folder, config, network.state_dict());
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
        using LlamaGenNetwork network = TinyLlamaGen.Network();
        ModelFolder.Save(folder, TinyLlamaGen.Config.ToModelConfig(), network.state_dict());
    }
}
