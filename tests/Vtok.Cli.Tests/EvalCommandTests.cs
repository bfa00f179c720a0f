using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Cli.Tests;

[TestClass]
public class EvalCommandTests
{
    [TestMethod]
    [DataRow(2, "takes 1 to 768 tokens", "--tokens", "5,769")]
    [DataRow(2, "expected a whole number", "--tokens", "5,x")]
    [DataRow(4, "nowhere: no such model", "--model", "nowhere")]
    [DataRow(2, "--size 32: default has a size of its own, 16x16", "--size", "32")]
    [DataRow(2, "--size 5: expected a whole number, 11 to 4096", "--size", "5")]
    [DataRow(2, "--look rosy: look rosy: expected faithful", "--look", "rosy")]
    public void What_cannot_be_measured_is_refused(int exitCode, string contains, params string[] options)
    {
        using var cli = new CliHarness();
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(new RgbImage(20, 20), ImageFormat.Png));

        cli.Run(["eval", "--data", cli["a.png"], .. options]).IsRefusal(exitCode, contains);
    }

    [TestMethod]
    public void Figures_stand_in_one_document_with_their_protocol()
    {
        using var cli = new CliHarness();
        var picture = new RgbImage(16, 16);
        new Random(1).NextBytes(picture.Pixels);
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));

        CliResult result = cli.Run("eval", "--data", cli["a.png"], "--tokens", "96,384", "--json");

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        System.Text.Json.JsonElement rows = result.Json.GetProperty("rows");
        Assert.AreEqual(2, rows.GetArrayLength());
        Assert.AreEqual(384 + 13, rows[1].GetProperty("bytes").GetDouble());
        Assert.IsGreaterThan(rows[0].GetProperty("psnr").GetDouble(), rows[1].GetProperty("psnr").GetDouble());
        StringAssert.Contains(result.Json.GetProperty("protocol").GetString(), "Lanczos");
    }

    [TestMethod]
    public void Classical_codecs_are_measured_with_as_many_bytes_and_the_chart_is_a_picture()
    {
        using var cli = new CliHarness();
        var picture = new RgbImage(16, 16);
        Array.Fill(picture.Pixels, (byte)90);
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));
        File.WriteAllBytes(cli["b.png"], new VipsImageCodec().Encode(picture, ImageFormat.Png));

        CliResult result = cli.Run("eval", "--data", cli["a.png"], cli["b.png"], "--tokens", "96,384", "--against", "webp", "--chart", cli["chart.png"], "--json");

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        System.Text.Json.JsonElement[] rows = [.. result.Json.GetProperty("rows").EnumerateArray()];
        CollectionAssert.AreEqual(new[] { 96, 384, 96, 384 }, rows.Select(row => row.GetProperty("tokens").GetInt32()).ToArray());
        Assert.AreEqual("Webp", rows[^1].GetProperty("method").GetString());
        Assert.IsLessThanOrEqualTo(rows[1].GetProperty("bytes").GetDouble(), rows[^1].GetProperty("bytes").GetDouble());
        Assert.IsGreaterThan(400, new VipsImageCodec().Decode(File.ReadAllBytes(cli["chart.png"])).Width);
    }

    [TestMethod]
    public void A_model_that_leaves_pixels_to_another_is_one_line()
    {
        using var cli = new CliHarness();
        FakeOpener.Save(cli["models/wordy"], IdentityModel.Describe("wordy", weights: '5', order: TokenOrder.Causal));
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(new RgbImage(20, 20), ImageFormat.Png));

        cli.Run("eval", "--data", cli["a.png"], "--model", "wordy").IsRefusal(4, "wordy: this tokenizer leaves pixels to a diffusion model");
    }

    [TestMethod]
    public void Pictures_without_error_count_as_the_cap()
    {
        using var cli = new CliHarness();
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(new RgbImage(16, 16), ImageFormat.Png));

        CliResult result = cli.Run("eval", "--data", cli["a.png"], "--tokens", $"{IdentityModel.Tokens}", "--json");

        Assert.AreEqual(ImageMetrics.PsnrCap, result.Json.GetProperty("rows")[0].GetProperty("psnr").GetDouble());
    }

    [TestMethod]
    public void Measures_that_small_pictures_do_not_have_are_a_dash_in_the_table()
    {
        using var cli = new CliHarness();
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(new RgbImage(16, 16), ImageFormat.Png));

        CliResult result = cli.Run("eval", "--data", cli["a.png"], "--tokens", $"{IdentityModel.Tokens}");

        Assert.MatchesRegex(@"99\.000  1\.0000        -  0\.0000       -$", result.Text.TrimEnd());
    }

    [TestMethod]
    [DataRow(6, "its folder is not there", "none/chart.png")]
    [DataRow(2, "a PNG is drawn", "chart.jpg")]
    public void A_chart_that_has_no_place_is_refused_before_anything_is_measured(int exitCode, string contains, string chart)
    {
        using var cli = new CliHarness();
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(new RgbImage(16, 16), ImageFormat.Png));

        cli.Run("eval", "--data", cli["a.png"], "--chart", cli[chart]).IsRefusal(exitCode, contains);
    }

    [TestMethod]
    public void A_chart_that_cannot_be_written_loses_no_figures()
    {
        using var cli = new CliHarness();
        File.WriteAllBytes(cli["a.png"], new VipsImageCodec().Encode(new RgbImage(16, 16), ImageFormat.Png));

        CliResult result = cli.Run("eval", "--data", cli["a.png"], "--tokens", "96", "--chart", cli[new string('x', 300) + ".png"], "--json");

        Assert.AreEqual(6, result.ExitCode, result.Errors);
        Assert.AreEqual(1, result.Json.GetProperty("rows").GetArrayLength());
    }

    [TestMethod]
    public void An_unknown_codec_is_refused()
    {
        using var cli = new CliHarness();

        cli.Run("eval", "--data", cli["a.png"], "--against", "bpg").IsRefusal(2, "expected webp, jpeg or avif");
    }
}
