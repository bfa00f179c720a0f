using System.Text.Json;

namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class ImageCropsTests
{
    [TestMethod]
    public void Recipes_give_the_published_bytes() => Cases(TestFolders.Golden("resampling"));

    [TestMethod]
    public void Recipes_give_the_published_bytes_in_all_shared_cases() => Cases(TestFolders.Shared("golden", "resampling"));

    [TestMethod]
    [DataRow(5, 4, 0, 0)]
    [DataRow(4, 9, 0, 2)]
    public void CenterSquare_rounds_its_offset_down(int width, int height, int left, int top)
    {
        RgbImage image = Pictures.Noise(width, height, seed: 1);

        RgbImage square = ImageCrops.CenterSquare(image);

        Assert.AreEqual(4, square.Width);
        Assert.AreEqual(4, square.Height);
        CollectionAssert.AreEqual(image.Row(top).Slice(left * 3, 12).ToArray(), square.Row(0).ToArray());
    }

    [TestMethod]
    public void A_crop_beyond_the_border_is_refused() =>
        Assert.ThrowsExactly<ArgumentException>(() => ImageCrops.Crop(new RgbImage(4, 4), 2, 0, 3, 4));

    private static void Cases(string family)
    {
        Assert.IsNotEmpty(GoldenCase.All(family, "adm_center_crop"));
        foreach (GoldenCase golden in GoldenCase.All(family, "adm_center_crop"))
            foreach (JsonElement item in golden.Items)
            {
                string name = item.GetProperty("name").GetString()!;
                golden.AssertBytes(name, ImageCrops.AdmCenterCrop(golden.Picture("in." + name), item.GetProperty("image_size").GetInt32()).Pixels);
            }

        Assert.IsNotEmpty(GoldenCase.All(family, "tv_resize_centercrop"));
        foreach (GoldenCase golden in GoldenCase.All(family, "tv_resize_centercrop"))
            foreach (JsonElement item in golden.Items)
            {
                string name = item.GetProperty("name").GetString()!;
                int crop = item.GetProperty("crop").GetInt32();
                var filter = Enum.Parse<ResampleFilter>(item.GetProperty("filter").GetString()!, ignoreCase: true);
                RgbImage resized = ImageCrops.ResizeShortSide(golden.Picture("in." + name), item.GetProperty("resize").GetInt32(), filter);
                golden.AssertBytes(name, ImageCrops.CenterCrop(resized, crop, crop).Pixels);
            }
    }
}
