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

    private static JsonElement Items(string set, string list) =>
        JsonDocument.Parse(File.ReadAllText(TestFolders.Shared("data", set, list))).RootElement;

    private RgbImage Read(JsonElement item) => _codec.Decode(File.ReadAllBytes(TestFolders.Shared("data", item.GetProperty("file").GetString()!)));

    private static string Hash(RgbImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels));
}
