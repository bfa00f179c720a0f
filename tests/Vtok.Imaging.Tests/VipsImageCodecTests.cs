namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class VipsImageCodecTests
{
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
        RgbImage back = _codec.Decode(good);
        Assert.IsLessThan(5.0, image.Pixels.Zip(back.Pixels, (a, b) => Math.Abs(a - b)).Average());
    }
}
