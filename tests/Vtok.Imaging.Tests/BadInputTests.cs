using System.Diagnostics;
using System.Text;

namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class BadInputTests
{
    private const int MutationsAFormat = 600;

    private static readonly ImageFormat[] Formats = Enum.GetValues<ImageFormat>();

    private readonly VipsImageCodec _codec = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("", "the file is empty")]
    [DataRow("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "3C737667")]
    [DataRow("%PDF-1.7\n", "25504446")]
    [DataRow("P3 1 1 255 1 2 3\n", "503320")]
    [DataRow("\u0089PN", "C28950")]
    [DataRow("#!/bin/sh", "2321")]
    public void What_is_no_picture_is_named_by_its_first_bytes(string content, string expected)
    {
        ImageFileException error = Refused(Encoding.UTF8.GetBytes(content));

        Assert.AreEqual(ImageFileError.NotAPicture, error.Reason);
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    [DataRow(ImageFormat.Png)]
    [DataRow(ImageFormat.Jpeg)]
    [DataRow(ImageFormat.Webp)]
    [DataRow(ImageFormat.Avif)]
    [DataRow(ImageFormat.Tiff)]
    [DataRow(ImageFormat.Gif)]
    public void Bombs_are_refused_by_their_header(ImageFormat format)
    {
        byte[] bomb = ForgedFiles.Bomb(format, 30000);
        var clock = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();

        ImageFileException error = Refused(bomb);

        Assert.AreEqual(ImageFileError.OverTheLimits, error.Reason, error.Message);
        Assert.IsLessThan(1 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.IsLessThan(5, clock.Elapsed.TotalSeconds);
    }

    [TestMethod]
    public void Files_and_pictures_over_the_callers_limits_are_refused()
    {
        byte[] file = _codec.Encode(new RgbImage(20, 10), ImageFormat.Png);

        Assert.AreEqual(ImageFileError.OverTheLimits, Refused(file, new ImageDecodeOptions { MaxPixels = 199 }).Reason);
        Assert.AreEqual(ImageFileError.OverTheLimits, Refused(file, new ImageDecodeOptions { MaxFileBytes = file.Length - 1 }).Reason);
        Assert.AreEqual(20, _codec.Decode(file, new ImageDecodeOptions { MaxPixels = 200, MaxFileBytes = file.Length }).Width);
    }

    [TestMethod]
    public void What_no_array_can_hold_is_refused_whatever_the_limit() =>
        StringAssert.Contains(Refused(ForgedFiles.Bomb(ImageFormat.Png, 30000), new ImageDecodeOptions { MaxPixels = long.MaxValue }).Message, "than the 715827863");

    [TestMethod]
    [DataRow(64, 101)]
    [DataRow(10000, 40)]
    public void Progressive_files_of_many_scans_are_refused(int side, int scans)
    {
        ImageFileException error = Refused(ForgedFiles.ManyScans(side, Math.Min(scans, 64)), scans > 64 ? Repeated : null);

        Assert.AreEqual(ImageFileError.OverTheLimits, error.Reason);
        StringAssert.Contains(error.Message, "scans");
    }

    [TestMethod]
    public void A_progressive_file_of_usual_scans_decodes() => Assert.AreEqual(640, _codec.Decode(ForgedFiles.ManyScans(640, 12)).Width);

    [TestMethod]
    [DataRow(ImageFormat.Png)]
    [DataRow(ImageFormat.Jpeg)]
    [DataRow(ImageFormat.Webp)]
    [DataRow(ImageFormat.Avif)]
    [DataRow(ImageFormat.Tiff)]
    [DataRow(ImageFormat.Gif)]
    public void A_file_cut_anywhere_is_refused_or_whole(ImageFormat format)
    {
        byte[] file = Sample(format);
        RgbImage whole = _codec.Decode(file);

        for (int length = 0; length < file.Length; length += 1 + file.Length / 97)
            if (DecodeOrRefuse(file[..length]) is RgbImage image)
                CollectionAssert.AreEqual(whole.Pixels, image.Pixels, $"{format} cut to {length} of {file.Length} bytes");
    }

    [TestMethod]
    [DataRow(ImageFormat.Png)]
    [DataRow(ImageFormat.Jpeg)]
    [DataRow(ImageFormat.Webp)]
    [DataRow(ImageFormat.Avif)]
    [DataRow(ImageFormat.Tiff)]
    [DataRow(ImageFormat.Gif)]
    public void Mutated_files_decode_or_are_refused(ImageFormat format)
    {
        int seed = 20261123 + (int)format;
        TestContext.WriteLine($"{format}: {MutationsAFormat} mutations, seed {seed}");
        var random = new Random(seed);
        byte[] file = Sample(format);
        int decoded = 0;

        for (int i = 0; i < MutationsAFormat; i++)
        {
            byte[] mutant = FileMutator.Mutate(file, random);
            var clock = Stopwatch.StartNew();
            decoded += DecodeOrRefuse(mutant) is null ? 0 : 1;
            Assert.IsLessThan(10, clock.Elapsed.TotalSeconds, $"seed {seed}, mutation {i}");
        }

        Assert.IsLessThan(MutationsAFormat, decoded, "no mutation was noticed");
        TestContext.WriteLine($"{decoded} decoded, {MutationsAFormat - decoded} refused");
    }

    [TestMethod]
    public void Stray_bytes_of_cameras_do_no_harm()
    {
        byte[] file = Sample(ImageFormat.Jpeg);
        int scan = file.AsSpan().IndexOf<byte>([0xFF, 0xDA]);
        RgbImage clean = _codec.Decode(file);

        foreach (byte[] stray in new byte[][] { [.. file[..scan], 0, 0, 0, .. file[scan..]], [.. file[..^2], 1, 2, 3, .. file[^2..]], [.. file, 1, 2, 3] })
            CollectionAssert.AreEqual(clean.Pixels, _codec.Decode(stray).Pixels);
    }

    [TestMethod]
    [DoNotParallelize] // libvips keeps one list of errors for all threads
    public void A_truncated_file_says_so()
    {
        byte[] jpeg = Sample(ImageFormat.Jpeg), avif = Sample(ImageFormat.Avif);

        Assert.AreEqual("damaged JPEG: premature end of JPEG image (get an undamaged copy)", Refused(jpeg[..^20], options: null).Message);
        StringAssert.Contains(Refused(avif[..^20], options: null).Message, "Unexpected end of file");
    }

    [TestMethod]
    [DoNotParallelize]
    public void Nothing_reaches_standard_error()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("captures file descriptor 2");
        var random = new Random(5);

        string printed = StandardError.Capture(() =>
        {
            foreach (ImageFormat format in Formats)
                for (int i = 0; i < 60; i++)
                    DecodeOrRefuse(FileMutator.Mutate(Sample(format), random));
        });

        Assert.AreEqual("", printed);
    }

    private byte[] Repeated(byte[] file) => [.. file[..^2], .. Enumerable.Repeat(file.AsSpan(file.AsSpan().LastIndexOf<byte>([0xFF, 0xDA])..^2).ToArray(), 64).SelectMany(s => s), 0xFF, 0xD9];

    private byte[] Sample(ImageFormat format)
    {
        RgbImage image = Pictures.Waves(33, 21);
        if (format != ImageFormat.Gif)
            return _codec.Encode(image, format);
        using var pixels = NetVips.Image.NewFromMemory(image.Pixels, 33, 21, 3, NetVips.Enums.BandFormat.Uchar);
        return pixels.GifsaveBuffer();
    }

    // Any other exception fails the test.
    private RgbImage? DecodeOrRefuse(byte[] file)
    {
        try
        {
            return _codec.Decode(file, new ImageDecodeOptions { MaxPixels = 4_000_000 });
        }
        catch (ImageFileException e)
        {
            Assert.IsFalse(e.Message.Any(char.IsControl), e.Message);
            return null;
        }
    }

    private ImageFileException Refused(byte[] file, ImageDecodeOptions? options = null)
    {
        ImageFileException error = Assert.ThrowsExactly<ImageFileException>(() => _codec.Decode(file, options));
        Assert.IsFalse(error.Message.Any(char.IsControl), error.Message);
        return error;
    }

    private ImageFileException Refused(byte[] file, Func<byte[], byte[]>? change) => Refused(change is null ? file : change(file));
}
