using NetVips;

namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class VipsImageCodecTests
{
    private static readonly byte[] Red = [250, 10, 10], Green = [10, 240, 10], Blue = [10, 10, 250], White = [250, 250, 250];

    private readonly VipsImageCodec _codec = new();

    [TestMethod]
    [DataRow(ImageFormat.Png)]
    [DataRow(ImageFormat.Tiff)]
    public void Lossless_formats_keep_every_byte(ImageFormat format)
    {
        RgbImage image = Pictures.Noise(67, 45, seed: 7);

        RgbImage back = _codec.Decode(_codec.Encode(image, format));

        Assert.AreEqual((67, 45), (back.Width, back.Height));
        CollectionAssert.AreEqual(image.Pixels, back.Pixels);
    }

    [TestMethod]
    [DataRow(ImageFormat.Jpeg)]
    [DataRow(ImageFormat.Webp)]
    [DataRow(ImageFormat.Avif)]
    public void Lossy_formats_stay_near_and_shrink_with_the_quality(ImageFormat format)
    {
        RgbImage image = Pictures.Waves(96, 64);

        byte[] good = _codec.Encode(image, format, 90);
        byte[] poor = _codec.Encode(image, format, 20);

        Assert.AreEqual(format, ImageFormats.Sniff(good));
        Assert.IsLessThan(good.Length, poor.Length);
        Assert.IsLessThan(5.0, Distance(image, _codec.Decode(good)));
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 5000)]
    [DataRow(5000, 1)]
    public void Thin_pictures_pass(int width, int height)
    {
        RgbImage image = Pictures.Waves(width, height);

        foreach (ImageFormat format in new[] { ImageFormat.Png, ImageFormat.Jpeg, ImageFormat.Webp, ImageFormat.Tiff })
            Assert.AreEqual(new ImageFileInfo(format, width, height), _codec.Identify(_codec.Encode(image, format)));
        CollectionAssert.AreEqual(image.Pixels, _codec.Decode(_codec.Encode(image, ImageFormat.Png)).Pixels);
    }

    [TestMethod]
    public void A_slice_of_a_larger_buffer_decodes()
    {
        RgbImage image = Pictures.Noise(9, 5, seed: 2);
        byte[] file = _codec.Encode(image, ImageFormat.Png);
        byte[] buffer = [1, 2, 3, .. file, 4, 5];

        RgbImage back = _codec.Decode(buffer.AsMemory(3, file.Length));

        CollectionAssert.AreEqual(image.Pixels, back.Pixels);
    }

    // The values of EXIF 2.3, 4.6.4: which visual side the stored first row and first column lie on.
    [TestMethod]
    [DataRow(1, "TL", "TR")]
    [DataRow(2, "TR", "TL")]
    [DataRow(3, "BR", "BL")]
    [DataRow(4, "BL", "BR")]
    [DataRow(5, "TL", "BL")]
    [DataRow(6, "TR", "BR")]
    [DataRow(7, "BR", "TR")]
    [DataRow(8, "BL", "TL")]
    public void The_camera_s_orientation_is_undone(int orientation, string firstCorner, string secondCorner)
    {
        byte[] file = ForgedFiles.WithSegment(_codec.Encode(Quadrants(), ImageFormat.Jpeg, 95), 0xE1, ForgedFiles.Exif((byte)orientation));

        RgbImage upright = _codec.Decode(file);

        (int width, int height) = orientation >= 5 ? (32, 64) : (64, 32);
        Assert.AreEqual((width, height), (upright.Width, upright.Height));
        Assert.AreEqual(new ImageFileInfo(ImageFormat.Jpeg, width, height), _codec.Identify(file));
        AssertNear(Red, Corner(upright, firstCorner));
        AssertNear(Green, Corner(upright, secondCorner));
    }

    [TestMethod]
    public void Broken_metadata_is_ignored()
    {
        byte[] plain = _codec.Encode(Quadrants(), ImageFormat.Jpeg, 95);
        byte[][] files =
        [
            ForgedFiles.WithSegment(plain, 0xE1, ForgedFiles.Exif(9)),
            ForgedFiles.WithSegment(plain, 0xE1, ForgedFiles.Exif(6).AsSpan(0, 14)),
            ForgedFiles.WithSegment(plain, 0xE1, [.. "Exif\0\0"u8, .. Enumerable.Repeat((byte)0xFF, 90)]),
            ForgedFiles.WithSegment(plain, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. Enumerable.Repeat((byte)0x55, 200)]),
            ForgedFiles.WithSegment(plain, 0xE2, [.. "ICC_PROFILE\0"u8, 1, 2, 7]),
        ];

        foreach (byte[] file in files)
            CollectionAssert.AreEqual(_codec.Decode(plain).Pixels, _codec.Decode(file).Pixels);
    }

    [TestMethod]
    public void A_profile_is_turned_into_sRGB()
    {
        RgbImage image = Pictures.Waves(40, 30);
        using Image wide = Wrap(image.Pixels, 40, 30, 3, Enums.Interpretation.Srgb).IccTransform("p3", inputProfile: "srgb", embedded: false);
        byte[] file = wide.PngsaveBuffer();

        RgbImage back = _codec.Decode(file);

        Assert.IsGreaterThan(2.0, Distance(image, new RgbImage(40, 30, wide.WriteToMemory<byte>())));
        Assert.IsLessThan(1.0, Distance(image, back));
    }

    [TestMethod]
    public void Inks_without_a_profile_are_mixed_as_Pillow_does()
    {
        byte[] inks = [.. Enumerable.Repeat(new byte[] { 255, 0, 51, 0 }, 256).SelectMany(p => p)];
        using Image cmyk = Wrap(inks, 16, 16, 4, Enums.Interpretation.Cmyk);

        RgbImage back = _codec.Decode(cmyk.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw));

        CollectionAssert.AreEqual(new byte[] { 0, 255, 204 }, back.Row(7)[..3].ToArray());
    }

    [TestMethod]
    public void Transparency_is_laid_on_the_background()
    {
        byte[] rgba = [200, 100, 50, 0, 200, 100, 50, 255, 200, 100, 50, 128];
        using Image image = Wrap(rgba, 3, 1, 4, Enums.Interpretation.Srgb);

        byte[] pixels = _codec.Decode(image.PngsaveBuffer(), new ImageDecodeOptions { Background = (10, 20, 30) }).Pixels;

        CollectionAssert.AreEqual(new byte[] { 10, 20, 30, 200, 100, 50 }, pixels[..6]);
        AssertNear([105, 60, 40], pixels[6..]);
    }

    [TestMethod]
    public void Sixteen_bits_become_eight_with_their_transparency()
    {
        ushort[] samples = [0x1234, 0xABCD, 0xFFFF, 0xFFFF, 0x1234, 0xABCD, 0xFFFF, 0];
        using Image deep = Image.NewFromMemory(samples, 2, 1, 4, Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);

        RgbImage image = _codec.Decode(deep.PngsaveBuffer(), new ImageDecodeOptions { Background = (1, 2, 3) });

        CollectionAssert.AreEqual(new byte[] { 0x12, 0xAB, 0xFF, 1, 2, 3 }, image.Pixels);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void Gray_becomes_three_equal_channels(int bands)
    {
        byte[] samples = [.. Enumerable.Range(0, 8).SelectMany(i => bands == 1 ? new[] { (byte)(i * 30) } : [(byte)(i * 30), 255])];
        using Image gray = Wrap(samples, 8, 1, bands, Enums.Interpretation.Bw);

        RgbImage image = _codec.Decode(gray.PngsaveBuffer());

        CollectionAssert.AreEqual(Enumerable.Range(0, 24).Select(i => (byte)(i / 3 * 30)).ToArray(), image.Pixels);
    }

    [TestMethod]
    public void Palettes_are_resolved()
    {
        RgbImage image = Quadrants();
        using Image indexed = Wrap(image.Pixels, 64, 32, 3, Enums.Interpretation.Srgb);

        RgbImage back = _codec.Decode(indexed.PngsaveBuffer(palette: true, dither: 0));

        Assert.IsLessThan(3.0, Distance(image, back));
    }

    [TestMethod]
    public void Of_an_animation_the_first_frame_is_taken()
    {
        byte[] red = [.. Enumerable.Repeat(Red, 64).SelectMany(p => p)], blue = [.. Enumerable.Repeat(Blue, 64).SelectMany(p => p)];
        using Image frames = Wrap([.. red, .. blue], 8, 16, 3, Enums.Interpretation.Srgb).Mutate(m => m.Set(GValue.GIntType, "page-height", 8));

        foreach (byte[] file in new[] { frames.GifsaveBuffer(), frames.WebpsaveBuffer(lossless: true) })
        {
            RgbImage image = _codec.Decode(file);

            Assert.AreEqual((8, 8), (image.Width, image.Height));
            AssertNear(Red, image.Row(3)[..3].ToArray());
        }
    }

    [TestMethod]
    public void What_a_format_cannot_hold_is_refused_in_one_line()
    {
        ImageFileException gif = Assert.ThrowsExactly<ImageFileException>(() => _codec.Encode(new RgbImage(2, 2), ImageFormat.Gif));
        ImageFileException wide = Assert.ThrowsExactly<ImageFileException>(() => _codec.Encode(new RgbImage(20000, 1), ImageFormat.Webp));

        Assert.AreEqual(ImageFileError.CannotEncode, gif.Reason);
        Assert.AreEqual(ImageFileError.CannotEncode, wide.Reason);
        StringAssert.Contains(wide.Message, "20000x1");
        Assert.DoesNotContain("\n", wide.Message);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(101)]
    public void Qualities_outside_their_range_are_refused(int quality) =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _codec.Encode(new RgbImage(2, 2), ImageFormat.Jpeg, quality));

    [TestMethod]
    public void Threads_share_a_codec()
    {
        byte[][] files = [.. Enumerable.Range(0, 16).Select(i => _codec.Encode(Pictures.Noise(50 + i, 40, i), ImageFormat.Png))];

        Parallel.For(0, 64, i => CollectionAssert.AreEqual(Pictures.Noise(50 + i % 16, 40, i % 16).Pixels, _codec.Decode(files[i % 16]).Pixels));
    }

    private static RgbImage Quadrants()
    {
        var image = new RgbImage(64, 32);
        for (int y = 0; y < 32; y++)
            for (int x = 0; x < 64; x++)
                (y < 16 ? x < 32 ? Red : Green : x < 32 ? Blue : White).CopyTo(image.Row(y)[(x * 3)..]);
        return image;
    }

    private static byte[] Corner(RgbImage image, string corner)
    {
        int x = corner[1] == 'L' ? 3 : image.Width - 4, y = corner[0] == 'T' ? 3 : image.Height - 4;
        return image.Row(y).Slice(x * 3, 3).ToArray();
    }

    private static Image Wrap(byte[] samples, int width, int height, int bands, Enums.Interpretation interpretation) =>
        Image.NewFromMemoryCopy(samples, width, height, bands, Enums.BandFormat.Uchar).Copy(interpretation: interpretation);

    private static double Distance(RgbImage a, RgbImage b) => a.Pixels.Zip(b.Pixels, (x, y) => Math.Abs(x - y)).Average();

    private static void AssertNear(byte[] expected, byte[] actual)
    {
        for (int c = 0; c < 3; c++)
            Assert.AreEqual(expected[c], actual[c], 6.0, $"{string.Join(',', actual)}, expected {string.Join(',', expected)}");
    }
}
