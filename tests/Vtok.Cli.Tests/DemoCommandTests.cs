using Vtok.Imaging;

namespace Vtok.Cli.Tests;

[TestClass]
public class DemoCommandTests
{
    [TestMethod]
    public void The_sheet_is_one_picture_and_its_place_is_told()
    {
        using var cli = new CliHarness();

        CliResult result = cli.Run("demo", "-o", cli["sheet.png"]);

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        StringAssert.Contains(result.Text, $"The sheet is {cli["sheet.png"]}");
        foreach (string label in new[] { "the photograph, 768x512", "256 tokens, ", "JPEG, lowest quality: ", "WebP in as few bytes: " })
            StringAssert.Contains(result.Text, label);
        RgbImage sheet = new VipsImageCodec().Decode(File.ReadAllBytes(cli["sheet.png"]));
        Assert.AreEqual(4 * (384 + 12) + 12, sheet.Width);
        cli.Run("demo", "-o", cli["sheet.png"]).IsRefusal(6, "--force replaces it");
        cli.Run("demo", "-o", cli["sheet.jpg"]).IsRefusal(2, "a PNG is drawn");
    }
}
