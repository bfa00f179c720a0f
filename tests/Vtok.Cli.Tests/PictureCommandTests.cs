using System.Text;
using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Cli.Tests;

/// <summary>encode and decode, with a model that loses nothing.</summary>
[TestClass]
public class PictureCommandTests
{
    private static readonly VipsImageCodec Codec = new();

    private static string Picture(CliHarness cli, string name, int width = 40, int height = 24, int seed = 1)
    {
        var picture = new RgbImage(width, height);
        new Random(seed).NextBytes(picture.Pixels);
        File.WriteAllBytes(cli[name], Codec.Encode(picture, ImageFormats.FromFileName(name)!.Value));
        return cli[name];
    }

    private static byte[] Pixels(string path) => Codec.Decode(File.ReadAllBytes(path)).Pixels;

    [TestMethod]
    public void A_picture_comes_back_through_its_file()
    {
        using var cli = new CliHarness();
        string picture = Picture(cli, "a.png");

        CliResult encoded = cli.Run("encode", picture, "--layout", "tile");
        CliResult decoded = cli.Run("decode", cli["a.vtok"], "-o", cli["back.png"]);

        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        Assert.AreEqual(0, decoded.ExitCode, decoded.Errors);
        CollectionAssert.AreEqual(Pixels(picture), Pixels(cli["back.png"]));
        StringAssert.Contains(encoded.Errors, "40x24, 768 tokens in each of 6 tiles");
        Assert.AreEqual("", encoded.Text + decoded.Text);
    }

    [TestMethod]
    public void A_folder_is_encoded_with_one_model_and_keeps_the_stems()
    {
        using var cli = new CliHarness();
        Directory.CreateDirectory(cli["in"]);
        Directory.CreateDirectory(cli["out"]);
        string[] names = [.. Enumerable.Range(0, 20).Select(i => $"p{i:00}")];
        foreach (string name in names)
            Picture(cli, $"in/{name}.png", seed: int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture));
        File.WriteAllText(cli["in/notes.txt"], "not asked for");

        CliResult encoded = cli.Run("encode", cli["in"], "-o", cli["out"], "--json");
        CliResult decoded = cli.Run("decode", cli["out/*.vtok"], "-o", cli["out"], "-q");

        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        Assert.AreEqual(20, encoded.Json.GetProperty("done").GetInt32());
        Assert.AreEqual(0, decoded.ExitCode, decoded.Errors);
        Assert.AreEqual("", decoded.Errors);
        Assert.AreEqual(2, cli.Opener.Opened);
        foreach (string name in names)
            Assert.IsTrue(File.Exists(cli[$"out/{name}.png"]), name);
    }

    [TestMethod]
    public void Standard_input_and_output_carry_pictures()
    {
        using var cli = new CliHarness();
        byte[] picture = File.ReadAllBytes(Picture(cli, "a.png", 16, 16));

        CliResult encoded = cli.Run(new MemoryStream(picture), new MemoryStream(), default, "encode", "-", "-q");
        CliResult decoded = cli.Run(new MemoryStream(encoded.Output), new MemoryStream(), default, "decode", "-", "-q", "--format", "webp");

        Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
        Assert.AreEqual(0, decoded.ExitCode, decoded.Errors);
        Assert.AreEqual(ImageFormat.Webp, Codec.Identify(decoded.Output).Format);
        Assert.AreEqual(16, Codec.Decode(decoded.Output).Width);
    }

    [TestMethod]
    public void Trimming_and_encoding_shorter_agree()
    {
        using var cli = new CliHarness();
        string picture = Picture(cli, "a.png");
        cli.Run("encode", picture, "-o", cli["whole.vtok"]);
        cli.Run("encode", picture, "-o", cli["short.vtok"], "--tokens", "33");

        cli.Run("trim", cli["whole.vtok"], "-o", cli["trimmed.vtok"], "--tokens", "33");

        CollectionAssert.AreEqual(File.ReadAllBytes(cli["short.vtok"]), File.ReadAllBytes(cli["trimmed.vtok"]));
    }

    [TestMethod]
    public void A_target_in_bytes_is_reached_or_status_5_leaves_the_best()
    {
        using var cli = new CliHarness();
        string picture = Picture(cli, "a.png");

        CliResult reached = cli.Run("encode", picture, "-o", cli["a.vtok"], "--target-bytes", "120");
        CliResult missed = cli.Run("encode", picture, "-o", cli["b.vtok"], "--target-bytes", "3", "-q");

        Assert.AreEqual(0, reached.ExitCode, reached.Errors);
        Assert.AreEqual(120, new FileInfo(cli["a.vtok"]).Length);
        missed.IsRefusal(5, "more than the target of 3");
        Assert.AreEqual(1, VtokReader.Read(File.ReadAllBytes(cli["b.vtok"]), CliHarness.Info).Count);
    }

    [TestMethod]
    public void A_background_is_used_and_noted()
    {
        using var cli = new CliHarness();
        string picture = Picture(cli, "a.png");

        cli.Run("encode", picture, "--background", "#0a141e");

        StringAssert.Contains(cli.Run("info", cli["a.vtok"]).Text, "#0a141e");
        cli.Run("encode", picture, "--background", "red").IsRefusal(2, "six hex digits");
    }

    [TestMethod]
    [DataRow("--overlap needs --layout tile", "--overlap", "4")]
    [DataRow("expected 0 to 8", "--layout", "tile", "--overlap", "9")]
    [DataRow("takes 1 to 768 tokens", "--tokens", "769")]
    [DataRow("models of any size", "--layout", "grid")]
    [DataRow("expected fit, crop, tile, grid", "--layout", "fill")]
    [DataRow("expected default, high", "--effort", "low")]
    [DataRow("expected auto, cpu", "--device", "tpu")]
    [DataRow("--batch 0", "--batch", "0")]
    [DataRow("--max-pixels 715827864: expected", "--max-pixels", "715827864")]
    public void Options_that_contradict_are_status_2(string contains, params string[] options)
    {
        using var cli = new CliHarness();

        cli.Run(["encode", Picture(cli, "a.png"), .. options]).IsRefusal(2, contains);
        CollectionAssert.AreEqual(new[] { "a.png", "models" }, cli.Folder.Names);
    }

    [TestMethod]
    public void Two_inputs_of_one_stem_are_refused_before_anything_is_written()
    {
        using var cli = new CliHarness();

        cli.Run("encode", Picture(cli, "a.png"), Picture(cli, "a.jpg")).IsRefusal(2, "two inputs would both be written to");
        cli.Run("encode", Picture(cli, "a.png"), Picture(cli, "b.png"), "-o", cli["one.vtok"]).IsRefusal(2, "is not a folder");
    }

    [TestMethod]
    public void What_is_not_a_picture_is_status_3_and_leaves_no_file()
    {
        using var cli = new CliHarness();
        byte[] good = File.ReadAllBytes(Picture(cli, "good.png"));
        File.WriteAllText(cli["text.png"], "hello, this is a letter and no picture");
        File.WriteAllText(cli["svg.png"], "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>");
        File.WriteAllText(cli["pdf.png"], "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj");
        File.WriteAllBytes(cli["empty.png"], []);
        File.WriteAllBytes(cli["cut.png"], good[..(good.Length / 2)]);
        Directory.CreateDirectory(cli["folder.png"]);

        foreach (string name in new[] { "text.png", "svg.png", "pdf.png", "empty.png", "cut.png", "folder.png", "missing.png" })
            cli.Run("encode", cli[name], "-o", cli["out.vtok"]).IsRefusal(3, name);
        Assert.IsFalse(File.Exists(cli["out.vtok"]));
    }

    [TestMethod]
    public void A_bomb_is_refused_before_its_pixels()
    {
        using var cli = new CliHarness();
        byte[] bomb = File.ReadAllBytes(Picture(cli, "bomb.png"));
        (bomb[16], bomb[17], bomb[18], bomb[19]) = (0, 0, 0x75, 0x30); // 30000
        (bomb[20], bomb[21], bomb[22], bomb[23]) = (0, 0, 0x75, 0x30);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(29), Crc(bomb.AsSpan(12, 17)));
        File.WriteAllBytes(cli["bomb.png"], bomb);

        cli.Run("encode", cli["bomb.png"]).IsRefusal(3, "over the limit of 100000000");
        cli.Run("encode", Picture(cli, "a.png"), "--max-pixels", "900").IsRefusal(3, "over the limit of 900 (--max-pixels raises the limit)");
        cli.Run("demo", "--picture", Picture(cli, "a.png"), "--max-pixels", "900").IsRefusal(3, "over the limit of 900 (--max-pixels raises the limit)");
        cli.Run("encode", Picture(cli, "a.png"), "--max-bytes", "50").IsRefusal(3, "longer than 50 bytes");
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 5000)]
    [DataRow(5000, 1)]
    public void Thin_pictures_pass(int width, int height)
    {
        using var cli = new CliHarness();
        Picture(cli, "a.png", width, height);

        foreach (string layout in new[] { "fit", "crop", "tile" })
        {
            CliResult encoded = cli.Run("encode", cli["a.png"], "--layout", layout, "--force");
            CliResult decoded = cli.Run("decode", cli["a.vtok"], "-o", cli["back.png"], "--force");
            Assert.AreEqual(0, encoded.ExitCode, encoded.Errors);
            Assert.AreEqual(0, decoded.ExitCode, decoded.Errors);
            ImageFileInfo back = Codec.Identify(File.ReadAllBytes(cli["back.png"]));
            Assert.AreEqual(layout == "crop" ? (16, 16) : (width, height), (back.Width, back.Height), layout);
        }
    }

    [TestMethod]
    public void Decode_refuses_what_it_cannot_do()
    {
        using var cli = new CliHarness();
        string file = cli.TokenFile("a.vtok"), other = cli.TokenFile("other.vtok", info: IdentityModel.Describe("other", weights: '7'));
        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(cli["cut.vtok"], bytes[..40]);

        cli.Run("decode", other).IsRefusal(4, "made by a model that is not here");
        cli.Run("decode", file, "--look", "dreamy").IsRefusal(2, "--look dreamy");
        cli.Run("decode", file, "--model", "nowhere").IsRefusal(4, "nowhere: no such model");
        cli.Run("decode", file, "-o", cli["a.txt"]).IsRefusal(2, "of no picture format");
        cli.Run("decode", file, "-o", cli["a.gif"]).IsRefusal(2, "GIF is read but not written");
        cli.Run("decode", file, "--format", "gif").IsRefusal(2, "expected png, jpeg, webp, avif, tiff");
        cli.Run("decode", cli["cut.vtok"]).IsRefusal(3, "cut.vtok");
        cli.Run("decode", file, "--max-pixels", "10").IsRefusal(3, "more than 10 pixels");
        Assert.AreEqual(4, cli.Folder.Names.Length); // three files and the models
    }

    [TestMethod]
    public void Failures_among_many_do_not_stop_the_others()
    {
        using var cli = new CliHarness();
        Directory.CreateDirectory(cli["out"]);
        File.WriteAllText(cli["b.png"], "no");
        File.WriteAllText(cli["out/c.vtok"], "mine");

        CliResult result = cli.Run("encode", Picture(cli, "a.png"), cli["b.png"], Picture(cli, "c.png"), Picture(cli, "d.png"), "-o", cli["out"], "--json");

        Assert.AreEqual(3, result.ExitCode);
        CollectionAssert.AreEqual(new[] { "ok", "failed", "failed", "ok" },
            result.Json.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("status").GetString()).ToArray());
        Assert.AreEqual(6, result.Json.GetProperty("files")[2].GetProperty("exitCode").GetInt32());
        Assert.AreEqual("mine", File.ReadAllText(cli["out/c.vtok"]));
        Assert.AreEqual(2, result.Errors.Count(c => c == '\n'));
    }

    [TestMethod]
    public void Progress_is_shown_on_a_terminal_only_and_wiped()
    {
        using var terminal = new CliHarness { Interactive = true };
        using var pipe = new CliHarness();

        CliResult shown = terminal.Run("encode", Picture(terminal, "a.png"), Picture(terminal, "b.png"));
        CliResult hidden = pipe.Run("encode", Picture(pipe, "a.png"), Picture(pipe, "b.png"));

        StringAssert.StartsWith(shown.Errors, $"1/2 {terminal["a.png"]}\r\u001b[K");
        Assert.IsFalse(hidden.Errors.Contains('\r'));
    }

    [TestMethod]
    public void An_interrupted_encode_leaves_nothing()
    {
        using var cli = new CliHarness();
        using var cancellation = new CancellationTokenSource();
        using var input = new CancellingStream(cancellation);

        CliResult result = cli.Run(input, new MemoryStream(), cancellation.Token, "encode", "-", "-o", cli["out.vtok"]);

        result.IsRefusal(130, "interrupted");
        CollectionAssert.AreEqual(new[] { "models" }, cli.Folder.Names);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return ~crc;
    }

    // Blocks as a pipe does, and presses Ctrl-C.
    private sealed class CancellingStream(CancellationTokenSource cancellation) : MemoryStream(Encoding.ASCII.GetBytes("abc"))
    {
        public override int Read(Span<byte> buffer)
        {
            cancellation.Cancel();
            cancellation.Token.WaitHandle.WaitOne();
            return base.Read(buffer);
        }
    }
}
