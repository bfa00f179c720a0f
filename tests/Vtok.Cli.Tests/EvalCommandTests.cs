using Vtok.Imaging;

namespace Vtok.Cli.Tests;

[TestClass]
public class EvalCommandTests
{
    [TestMethod]
    [DataRow(2, "takes 1 to 768 tokens", "--tokens", "5,769")]
    [DataRow(2, "expected a whole number", "--tokens", "5,x")]
    [DataRow(4, "nowhere: no such model", "--model", "nowhere")]
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
}
