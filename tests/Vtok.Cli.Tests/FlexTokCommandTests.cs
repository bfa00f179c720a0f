using System.Text.Json;
using TorchSharp;
using Vtok.Imaging;
using Vtok.Models.FlexTok;
using Vtok.Models.Tests.FlexTok;
using Vtok.Models.Weights;
using Vtok.Streams;
using Vtok.Torch;
using static TorchSharp.torch;

namespace Vtok.Cli.Tests;

/// <summary>The commands with a decoder that samples: FlexTok's networks, tiny, with drawn weights.</summary>
[TestClass]
public sealed class FlexTokCommandTests
{
    [TestMethod]
    public void A_picture_goes_through_encode_info_trim_and_decode()
    {
        using var cli = new CliHarness { Real = true };
        Prepare(cli);

        CliResult info = cli.Run("info", cli["a.vtok"], "--json"); // knows the file, not the model
        CliResult trimmed = cli.Run("trim", cli["a.vtok"], "--tokens", "5", "--model", cli["tiny"], "-o", cli["five.vtok"]);
        CliResult encoded = cli.Run("encode", cli["a.png"], "--tokens", "5", "--model", cli["tiny"], "-o", cli["directly.vtok"]);
        byte[] ofTrimmed = Decode(cli, "five.vtok"), ofPrefix = Decode(cli, "a.vtok", "--tokens", "5"), ofAll = Decode(cli, "a.vtok");

        Assert.AreEqual(0, info.ExitCode, info.Errors);
        Assert.AreEqual(TinyFlexTok.Registers, info.Json.GetProperty("files")[0].GetProperty("tokens").GetInt32());
        Assert.AreEqual(0, trimmed.ExitCode, trimmed.Errors);
        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        CollectionAssert.AreEqual(File.ReadAllBytes(cli["directly.vtok"]), File.ReadAllBytes(cli["five.vtok"]));
        CollectionAssert.AreEqual(ofTrimmed, ofPrefix);
        CollectionAssert.AreNotEqual(ofAll, ofPrefix);
        RgbImage picture = new VipsImageCodec().Decode(ofAll);
        Assert.AreEqual((24, 18), (picture.Width, picture.Height));
    }

    [TestMethod]
    public void A_seed_gives_the_same_bytes_each_time_and_every_option_matters()
    {
        using var cli = new CliHarness { Real = true };
        Prepare(cli);
        string[] options = ["--steps", "3", "--guidance", "7.5", "--seed", "1"];

        byte[] first = Decode(cli, "a.vtok", options), second = Decode(cli, "a.vtok", options);

        CollectionAssert.AreEqual(first, second);
        for (int option = 0; option < options.Length; option += 2)
            CollectionAssert.AreNotEqual(first, Decode(cli, "a.vtok", [.. options[..option], options[option], "2", .. options[(option + 2)..]]), options[option]);
    }

    [TestMethod]
    public void Hints_in_the_file_are_followed_unless_the_command_says_otherwise()
    {
        using var cli = new CliHarness { Real = true };
        Prepare(cli);
        CliResult encoded = cli.Run("encode", cli["a.png"], "--model", cli["tiny"], "-o", cli["hints.vtok"], "--steps", "3", "--guidance", "2.5", "--seed", "9");
        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);

        byte[] followed = Decode(cli, "hints.vtok"), said = Decode(cli, "hints.vtok", "--steps", "2"), zero = Decode(cli, "hints.vtok", "--seed", "0");

        CollectionAssert.AreEqual(Decode(cli, "a.vtok", "--steps", "3", "--guidance", "2.5", "--seed", "9"), followed);
        CollectionAssert.AreEqual(Decode(cli, "a.vtok", "--steps", "2", "--guidance", "2.5", "--seed", "9"), said);
        CollectionAssert.AreEqual(Decode(cli, "a.vtok", "--steps", "3", "--guidance", "2.5"), zero);
        JsonElement facts = cli.Run("info", cli["hints.vtok"], "--json").Json.GetProperty("files")[0];
        Assert.AreEqual((3, 2.5, 9), (facts.GetProperty("steps").GetInt32(), facts.GetProperty("guidance").GetDouble(), facts.GetProperty("seed").GetInt32()));
    }

    [TestMethod]
    [DataRow("--steps", "3")]
    [DataRow("--guidance", "7.5")]
    [DataRow("--seed", "0")]
    public void Hints_are_refused_for_a_model_whose_decoder_does_not_sample(string option, string value)
    {
        using var cli = new CliHarness { Real = true };

        CliResult encoded = cli.Run("encode", cli["a.png"], option, value);

        encoded.IsRefusal(2, $"{option}: default");
        StringAssert.Contains(encoded.Errors, "flextok");
    }

    [TestMethod]
    [DataRow("--steps", "3")]
    [DataRow("--guidance", "7.5")]
    [DataRow("--seed", "0")]
    public void A_decoder_that_draws_nothing_refuses_what_a_sampling_one_takes(string option, string value)
    {
        using var cli = new CliHarness();
        string file = cli.TokenFile("a.vtok");

        CliResult decoded = cli.Run("decode", file, option, value);

        decoded.IsRefusal(2, $"{file}: {option}: default has no decoder that samples (of the known families, flextok has)");
        Assert.IsFalse(File.Exists(cli["a.png"]));
        Assert.AreEqual(0, cli.Opener.Opened);
    }

    [TestMethod]
    [DataRow("--guidance", "7.555")]
    [DataRow("--guidance", "-1")]
    [DataRow("--guidance", "1000.5")]
    [DataRow("--steps", "0")]
    public void A_value_out_of_range_is_a_usage_error(string option, string value)
    {
        using var cli = new CliHarness { Real = true };

        CliResult decoded = cli.Run("decode", cli["a.vtok"], $"{option}={value}");

        decoded.IsRefusal(2, $"{option} {value}");
    }

    [TestMethod]
    public void More_tokens_than_the_model_has_are_refused()
    {
        using var cli = new CliHarness { Real = true };
        Prepare(cli);

        CliResult decoded = cli.Run("decode", cli["a.vtok"], "--model", cli["tiny"], "--tokens", "17", "-o", cli["b.png"]);

        decoded.IsRefusal(2, "17");
        Assert.IsFalse(File.Exists(cli["b.png"]));
    }

    private static byte[] Decode(CliHarness cli, string file, params string[] options)
    {
        CliResult decoded = cli.Run(["decode", cli[file], "--model", cli["tiny"], "-o", cli["back.png"], "--force", .. options]);
        Assert.AreEqual(0, decoded.ExitCode, decoded.Errors);
        return File.ReadAllBytes(cli["back.png"]);
    }

    private static void Prepare(CliHarness cli)
    {
        NativeTorch.Load();
        Save(cli["tiny"]);
        var picture = new RgbImage(24, 18);
        new Random(3).NextBytes(picture.Pixels);
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));
        CliResult encoded = cli.Run("encode", cli["a.png"], "--model", cli["tiny"]);
        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
    }

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static void Save(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokNetwork network = TinyFlexTok.Network();
        ModelFolder.Save(folder, FlexTokTreeWriter.Write(TinyFlexTok.Config), network.state_dict());
    }
}
