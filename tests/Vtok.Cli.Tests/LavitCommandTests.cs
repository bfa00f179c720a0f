using System.Text;
using System.Text.Json;
using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Models.Tests.Lavit;
using Vtok.Models.Weights;
using Vtok.Streams;
using Vtok.Torch;

namespace Vtok.Cli.Tests;

/// <summary>The commands with a model that chooses its tokens by the picture, from pictures on disk to features.</summary>
[TestClass]
public sealed class LavitCommandTests
{
    [TestMethod]
    public void A_picture_keeps_its_positions_on_the_way_through_a_file()
    {
        using TempFolder folder = Model(out TokenizerInfo info);
        Picture(folder["a.png"], 1, 40, 30);

        CliResult encoded = CliHarness.Over(folder, "encode", folder["a.png"], "-o", folder["a.vtok"], "--model", "tiny", "--json");
        VtokFile file = VtokReader.Read(File.ReadAllBytes(folder["a.vtok"]), info);

        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        int[] positions = KeptPositions.Unpack(file.Extensions.KeptPositions.Span, 0, TinyLavit.Positions);
        Assert.AreEqual(file.Count, positions.Length);
        Assert.AreEqual(file.Count, Facts(encoded).GetProperty("tokens").GetInt32());
        Assert.AreEqual(file.Count, Facts(CliHarness.Over(folder, "info", folder["a.vtok"], "--json")).GetProperty("tokens").GetInt32());
        Assert.AreEqual(0, CliHarness.Over(folder, "verify", folder["a.vtok"]).ExitCode);
    }

    [TestMethod]
    public void Features_are_written_and_pixels_refused_in_one_line()
    {
        using TempFolder folder = Model(out _);
        Picture(folder["a.png"], 1, 40, 30);
        CliHarness.Over(folder, "encode", folder["a.png"], "-o", folder["a.vtok"], "--model", "tiny", "-q");

        CliResult features = CliHarness.Over(folder, "features", folder["a.vtok"], "--kind", "pooled", "-o", folder["a.npy"]);

        Assert.AreEqual(0, features.ExitCode, features.Errors);
        StringAssert.Contains(Encoding.ASCII.GetString(File.ReadAllBytes(folder["a.npy"])), "(1,3,)");
        CliHarness.Over(folder, "decode", folder["a.vtok"], "-o", folder["b.png"]).IsRefusal(4, "diffusion model");
        CliHarness.Over(folder, "features", folder["a.vtok"], "--kind", "semantic", "-o", folder["b.npy"]).IsRefusal(2, "conditioning, prompt, pooled, visual, codes");
    }

    [TestMethod]
    public void Tiles_keep_their_own_numbers_of_tokens()
    {
        using TempFolder folder = Model(out TokenizerInfo info);
        Picture(folder["a.png"], 2, 90, 60);

        CliResult encoded = CliHarness.Over(folder, "encode", folder["a.png"], "-o", folder["a.vtok"], "--model", "tiny", "--layout", "tile");
        VtokFile file = VtokReader.Read(File.ReadAllBytes(folder["a.vtok"]), info);

        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        Assert.IsGreaterThan(1, file.Lanes.Select(lane => lane.Length).Distinct().Count());
        for (int lane = 0; lane < file.Lanes.Count; lane++)
            Assert.HasCount(file.Lanes[lane].Length, KeptPositions.Unpack(file.Extensions.KeptPositions.Span, lane, TinyLavit.Positions));
        Assert.AreEqual(0, CliHarness.Over(folder, "features", folder["a.vtok"], "-o", folder["a.npy"]).ExitCode);
        CliHarness.Over(folder, "features", folder["a.vtok"], "--kind", "codes", "-o", folder["b.npy"]).IsRefusal(4, "tiles have different numbers");
    }

    [TestMethod]
    public void A_black_picture_has_tokens_and_fewer_can_be_asked_for_but_not_cut()
    {
        using TempFolder folder = Model(out TokenizerInfo info);
        File.WriteAllBytes(folder["black.png"], new VipsImageCodec().Encode(new RgbImage(50, 50), ImageFormat.Png));
        Picture(folder["a.png"], 1, 40, 30);

        Assert.AreEqual(0, CliHarness.Over(folder, "encode", folder["black.png"], "-o", folder["black.vtok"], "--model", "tiny").ExitCode);
        Assert.AreEqual(0, CliHarness.Over(folder, "encode", folder["a.png"], "-o", folder["two.vtok"], "--model", "tiny", "--tokens", "2").ExitCode);
        CliHarness.Over(folder, "encode", folder["a.png"], "-o", folder["all.vtok"], "--model", "tiny", "--seed", "3", "-q");

        Assert.IsGreaterThanOrEqualTo(1, VtokReader.Read(File.ReadAllBytes(folder["black.vtok"]), info).Count);
        Assert.AreEqual(2, VtokReader.Read(File.ReadAllBytes(folder["two.vtok"]), info).Count);
        CliHarness.Over(folder, "trim", folder["two.vtok"], "--tokens", "1", "-o", folder["one.vtok"]).IsRefusal(2, "--tokens 1");
        CollectionAssert.AreNotEqual(File.ReadAllBytes(folder["two.vtok"]), File.ReadAllBytes(folder["all.vtok"]));
        Assert.IsNull(VtokReader.Read(File.ReadAllBytes(folder["all.vtok"]), info).Extensions.Seed); // the encoder's, not the decoder's
        CliHarness.Over(folder, "encode", folder["a.png"], "-o", folder["b.vtok"], "--model", "tiny", "--steps", "3").IsRefusal(2, "--steps: tiny");
    }

    [TestMethod]
    [DataRow("fit")]
    [DataRow("tile")]
    public void A_target_in_bytes_is_reached_by_keeping_fewer_tokens(string layout)
    {
        using TempFolder folder = Model(out TokenizerInfo info);
        Picture(folder["a.png"], 2, 90, 60);
        string[] encode = ["encode", folder["a.png"], "--model", "tiny", "--layout", layout, "-q", "-o"];
        CliHarness.Over(folder, [.. encode, folder["all.vtok"]]);
        int whole = (int)new FileInfo(folder["all.vtok"]).Length, most = VtokReader.Read(File.ReadAllBytes(folder["all.vtok"]), info).Count;

        CliResult reached = CliHarness.Over(folder, [.. encode, folder["less.vtok"], "--target-bytes", $"{whole - 1}"]);
        CliResult missed = CliHarness.Over(folder, [.. encode, folder["least.vtok"], "--target-bytes", "3"]);

        Assert.AreEqual(0, reached.ExitCode, reached.Errors);
        Assert.IsLessThan(whole, (int)new FileInfo(folder["less.vtok"]).Length);
        Assert.IsLessThan(most, VtokReader.Read(File.ReadAllBytes(folder["less.vtok"]), info).Count);
        missed.IsRefusal(5, "more than the target of 3");
        Assert.AreEqual(info.Lengths[0], VtokReader.Read(File.ReadAllBytes(folder["least.vtok"]), info).Count);
    }

    private static TempFolder Model(out TokenizerInfo info)
    {
        NativeTorch.Load();
        var folder = new TempFolder();
        info = Save(folder["models/tiny"]);
        return folder;
    }

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static TokenizerInfo Save(string folder) => TinyLavit.Save(folder);

    private static void Picture(string path, int seed, int width, int height)
    {
        var picture = new RgbImage(width, height);
        new Random(seed).NextBytes(picture.Pixels);
        File.WriteAllBytes(path, new VipsImageCodec().Encode(picture, ImageFormat.Png));
    }

    private static JsonElement Facts(CliResult result) => result.Json.GetProperty("files")[0];
}
