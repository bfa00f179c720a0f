using System.Security.Cryptography;
using System.Text.Json;

namespace Vtok.Imaging.Tests;

/// <summary>The shared photographs; skipped where they are not.</summary>
[TestClass]
public sealed class SharedPicturesTests
{
    private readonly VipsImageCodec _codec = new();

    [TestMethod]
    public void Kodak_and_Kodak_256_have_the_published_bytes()
    {
        foreach (JsonElement item in Items("kodak", "kodak.json").GetProperty("images").EnumerateArray())
        {
            RgbImage image = Read(item);

            RgbImage small = Resampler.Resize(ImageCrops.CenterSquare(image), 256, 256, ResampleFilter.Lanczos);

            Assert.AreEqual(item.GetProperty("rgb_sha256").GetString(), Hash(image));
            Assert.AreEqual(item.GetProperty("kodak256_rgb_sha256").GetString(), Hash(small));
        }
    }

    [TestMethod]
    public void Photos_val_has_the_published_bytes()
    {
        foreach (JsonElement item in Items("photos-val", "photos-val.json").GetProperty("images").EnumerateArray())
            Assert.AreEqual(item.GetProperty("rgb_sha256").GetString(), Hash(Read(item)));
    }

    [TestMethod]
    public void Large_photos_come_upright()
    {
        foreach (JsonElement item in Items("photos-large", "photos-large.json").EnumerateArray())
        {
            (int width, int height) = item.TryGetProperty("upright", out JsonElement upright)
                ? (upright[0].GetInt32(), upright[1].GetInt32())
                : (item.GetProperty("width").GetInt32(), item.GetProperty("height").GetInt32());
            byte[] file = File.ReadAllBytes(TestFolders.Shared("data", item.GetProperty("file").GetString()!));

            ImageFileInfo info = _codec.Identify(file);
            RgbImage image = _codec.Decode(file);

            Assert.AreEqual((width, height), (info.Width, info.Height));
            Assert.AreEqual((width, height), (image.Width, image.Height));
        }
    }

    [TestMethod]
    public void Sixteen_bit_samples_keep_their_upper_byte()
    {
        JsonElement item = Items("photos-large", "photos-large.json").EnumerateArray().Single(i => i.TryGetProperty("big_endian_sha256", out _));
        RgbImage image = Read(item);

        using var deep = NetVips.Image.PngloadBuffer(File.ReadAllBytes(TestFolders.Shared("data", item.GetProperty("file").GetString()!)));
        byte[] bigEndian = [.. deep.WriteToMemory<ushort>().SelectMany(v => new[] { (byte)(v >> 8), (byte)v })];

        Assert.AreEqual(item.GetProperty("big_endian_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bigEndian)));
        CollectionAssert.AreEqual(bigEndian.Where((_, i) => i % 2 == 0).ToArray(), image.Pixels);
    }

    [TestMethod]
    public void A_wide_profile_makes_the_sunset_more_colourful_than_its_bare_numbers()
    {
        byte[] file = File.ReadAllBytes(TestFolders.Shared("data", "photos-large", "sunset-12mp-icc.jpg"));

        using var bare = NetVips.Image.JpegloadBuffer(file);
        double managed = Colourfulness(_codec.Decode(file).Pixels), ignored = Colourfulness(bare.WriteToMemory<byte>());

        Assert.IsGreaterThan(1.05 * ignored, managed);
    }

    [TestMethod]
    public void Inks_of_the_balloons_mix_without_a_profile()
    {
        byte[] file = File.ReadAllBytes(TestFolders.Shared("data", "photos-large", "balloons-1mp-cmyk.jpg"));
        using var inks = NetVips.Image.JpegloadBuffer(file);
        byte[] stored = inks.WriteToMemory<byte>();

        byte[] pixels = _codec.Decode(file).Pixels;

        for (int i = 0; i < pixels.Length; i += 3 * 997)
            Assert.AreEqual(255 - Math.Min(255, stored[i / 3 * 4] + stored[i / 3 * 4 + 3]), pixels[i], 3.0);
    }

    private static double Colourfulness(byte[] rgb)
    {
        double sum = 0;
        for (int i = 0; i < rgb.Length; i += 3)
            sum += Math.Max(rgb[i], Math.Max(rgb[i + 1], rgb[i + 2])) - Math.Min(rgb[i], Math.Min(rgb[i + 1], rgb[i + 2]));
        return sum / (rgb.Length / 3);
    }

    private static JsonElement Items(string set, string list) =>
        JsonDocument.Parse(File.ReadAllText(TestFolders.Shared("data", set, list))).RootElement;

    private RgbImage Read(JsonElement item) => _codec.Decode(File.ReadAllBytes(TestFolders.Shared("data", item.GetProperty("file").GetString()!)));

    private static string Hash(RgbImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels));
}
