using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Cli.Tests;

/// <summary>The main job with the model that ships, as a stranger would do it.</summary>
[TestClass]
public class DefaultModelTests
{
    private static readonly VipsImageCodec Codec = new();

    private static CliHarness Ready()
    {
        IReadOnlyList<string> roots = ModelStore.DefaultRoots(AppContext.BaseDirectory, null);
        if (!roots.Any(root => File.Exists(Path.Combine(root, "default", "config.json"))))
            Assert.Inconclusive("checkpoints/default is not in this checkout");
        var cli = new CliHarness { Real = true };
        using Stream photograph = typeof(CommandLine).Assembly.GetManifestResourceStream("macaws.webp")!;
        using FileStream file = File.Create(cli["photo.webp"]);
        photograph.CopyTo(file);
        return cli;
    }

    private static CliResult Ok(CliResult result)
    {
        Assert.AreEqual(0, result.ExitCode, result.Errors);
        return result;
    }

    [TestMethod]
    public void A_photograph_becomes_400_bytes_and_a_picture_that_resembles_it()
    {
        using CliHarness cli = Ready();

        Ok(cli.Run("encode", cli["photo.webp"]));
        Ok(cli.Run("decode", cli["photo.vtok"]));

        Assert.IsLessThan(410, new FileInfo(cli["photo.vtok"]).Length);
        RgbImage original = Codec.Decode(File.ReadAllBytes(cli["photo.webp"])), back = Codec.Decode(File.ReadAllBytes(cli["photo.png"]));
        Assert.IsGreaterThan(18.0, ImageMetrics.Psnr(original, back));
    }

    [TestMethod]
    public void More_tokens_are_never_a_worse_picture()
    {
        using CliHarness cli = Ready();
        RgbImage original = Codec.Decode(File.ReadAllBytes(cli["photo.webp"]));
        Ok(cli.Run("encode", cli["photo.webp"]));

        double last = 0;
        foreach (int tokens in new[] { 8, 32, 128, 256 })
        {
            Ok(cli.Run("trim", cli["photo.vtok"], "-o", cli["short.vtok"], "--tokens", $"{tokens}", "--force"));
            Ok(cli.Run("decode", cli["short.vtok"], "--force"));
            double psnr = ImageMetrics.Psnr(original, Codec.Decode(File.ReadAllBytes(cli["short.png"])));
            Assert.IsGreaterThan(last, psnr, $"{tokens} tokens");
            last = psnr;
        }
    }

    [TestMethod]
    public void A_trimmed_file_is_the_shorter_encoding_byte_for_byte()
    {
        using CliHarness cli = Ready();
        Ok(cli.Run("encode", cli["photo.webp"], "--layout", "tile"));
        Ok(cli.Run("encode", cli["photo.webp"], "--layout", "tile", "--tokens", "77", "-o", cli["short.vtok"]));

        Ok(cli.Run("trim", cli["photo.vtok"], "--tokens", "77", "-o", cli["trimmed.vtok"]));

        CollectionAssert.AreEqual(File.ReadAllBytes(cli["short.vtok"]), File.ReadAllBytes(cli["trimmed.vtok"]));
    }

    [TestMethod]
    public void Decoding_the_file_gives_the_pixels_of_decoding_in_memory()
    {
        using CliHarness cli = Ready();
        Ok(cli.Run("encode", cli["photo.webp"], "--tokens", "100"));
        Ok(cli.Run("decode", cli["photo.vtok"]));

        var store = new ModelStore(ModelStore.DefaultRoots(AppContext.BaseDirectory, null));
        using var tokenizer = new ImageTokenizer(store.Open(store.Find("default")));
        VtokFile file = tokenizer.Encode(Codec.Decode(File.ReadAllBytes(cli["photo.webp"])), new ImageEncodeOptions { Tokens = 100 });

        CollectionAssert.AreEqual(VtokWriter.Write(file, tokenizer.Info), File.ReadAllBytes(cli["photo.vtok"]));
        CollectionAssert.AreEqual(tokenizer.Decode(file).Pixels, Codec.Decode(File.ReadAllBytes(cli["photo.png"])).Pixels);
    }

    [TestMethod]
    public void The_sheet_is_drawn()
    {
        using CliHarness cli = Ready();

        CliResult result = Ok(cli.Run("demo", "-o", cli["sheet.png"]));

        StringAssert.Contains(result.Text, "256 tokens, ");
        Assert.IsGreaterThan(100_000, new FileInfo(cli["sheet.png"]).Length);
    }
}
