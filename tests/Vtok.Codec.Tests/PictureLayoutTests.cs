using CsCheck;
using Vtok.Imaging;
using Vtok.Streams;

namespace Vtok.Codec.Tests;

[TestClass]
public class PictureLayoutTests
{
    private static readonly TokenizerInfo Native = IdentityModel.Describe("native");

    private static readonly TokenizerInfo Grid = Native with
    {
        Order = TokenOrder.Raster, NativeWidth = null, NativeHeight = null, Factor = 8, Lengths = [], Vocabulary = new ImageVocabulary(new VocabularyRun(256, 0)),
    };

    [TestMethod]
    public void Tiles_that_lose_nothing_join_to_the_same_picture()
    {
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[0, 8]).Sample((width, height, overlap) =>
        {
            RgbImage picture = Pictures.Noise(width, height);
            PictureLayout layout = PictureLayout.Create(Native, VtokLayout.Tile, width, height, overlap);

            RgbImage joined = layout.Join(layout.Split(picture));

            return joined.Pixels.AsSpan().SequenceEqual(picture.Pixels);
        }, iter: 300);
    }

    [TestMethod]
    public void Overlaps_are_blended_without_a_seam()
    {
        PictureLayout layout = PictureLayout.Create(Native, VtokLayout.Tile, 24, 16, overlap: 8);
        RgbImage dark = new(16, 16), light = new(16, 16);
        light.Pixels.AsSpan().Fill(180);

        RgbImage joined = layout.Join([dark, light]);

        int[] row = [.. Enumerable.Range(0, 24).Select(x => (int)joined.Row(5)[x * 3])];
        CollectionAssert.AreEqual(new[] { 0, 0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 180 }, row[6..18]);
    }

    [TestMethod]
    public void Weights_of_tiles_sum_to_one_everywhere()
    {
        Gen.Select(Gen.Int[1, 90], Gen.Int[2, 20], Gen.Int[0, 10]).Sample((side, tile, overlap) =>
        {
            var tiles = new TileLayout(side, tile, tile, tile, Math.Min(overlap, tile / 2));
            int[] origins = [.. Enumerable.Range(0, tiles.Columns).Select(tiles.X)];
            float[] sums = new float[side];
            float[][] weights = BlendWeights.Along(side, tile, origins);
            for (int i = 0; i < origins.Length; i++)
                for (int x = 0; x < weights[i].Length; x++)
                    sums[origins[i] + x] += weights[i][x];

            return sums.All(sum => Math.Abs(sum - 1) < 1e-5f);
        });
    }

    [TestMethod]
    public void Grid_pads_to_whole_cells_and_cuts_the_padding()
    {
        RgbImage picture = Pictures.Noise(19, 9);
        PictureLayout layout = PictureLayout.Create(Grid, VtokLayout.Grid, 19, 9);

        RgbImage padded = layout.Split(picture)[0];

        Assert.AreEqual((24, 16), (padded.Width, padded.Height));
        CollectionAssert.AreEqual(picture.Row(8)[^3..].ToArray(), padded.Row(15)[^3..].ToArray());
        CollectionAssert.AreEqual(picture.Pixels, layout.Join([padded]).Pixels);
    }

    [TestMethod]
    public void Fit_resamples_with_the_filter_of_the_model()
    {
        RgbImage picture = Pictures.Noise(50, 30);
        TokenizerInfo lanczos = Native with { Preprocessing = new ImagePreprocessing { Filter = "lanczos" } };

        RgbImage seen = PictureLayout.Create(lanczos, VtokLayout.Fit, 50, 30).Split(picture)[0];

        CollectionAssert.AreEqual(Resampler.Resize(picture, 16, 16, ResampleFilter.Lanczos).Pixels, seen.Pixels);
    }

    [TestMethod]
    public void Crop_takes_the_centre_square()
    {
        RgbImage picture = Pictures.Noise(20, 16);

        RgbImage seen = PictureLayout.Create(Native, VtokLayout.Crop, 20, 16).Split(picture)[0];

        CollectionAssert.AreEqual(ImageCrops.Crop(picture, 2, 0, 16, 16).Pixels, seen.Pixels);
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(1, 500)]
    [DataRow(500, 1)]
    public void Thin_pictures_pass_every_layout(int width, int height)
    {
        RgbImage picture = Pictures.Noise(width, height);

        foreach (VtokLayout kind in new[] { VtokLayout.Fit, VtokLayout.Crop, VtokLayout.Tile, VtokLayout.Grid })
        {
            PictureLayout layout = PictureLayout.Create(kind == VtokLayout.Grid ? Grid : Native, kind, width, height);
            RgbImage joined = layout.Join(layout.Split(picture));
            Assert.AreEqual(kind == VtokLayout.Crop ? (16, 16) : (width, height), (joined.Width, joined.Height), kind.ToString());
        }
    }

    [TestMethod]
    [DataRow("area", true), DataRow("nearest", true), DataRow("3", true), DataRow("bicubic", false)]
    public void A_model_that_wants_pictures_scaled_in_another_way_is_not_supported(string filter, bool antialias)
    {
        TokenizerInfo other = Native with { Preprocessing = new ImagePreprocessing { Filter = filter, Antialias = antialias } };

        Assert.ThrowsExactly<NotSupportedException>(() => PictureLayout.Create(other, VtokLayout.Fit, 50, 30));
    }

    [TestMethod]
    public void Layout_and_model_must_go_together()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => PictureLayout.Create(Native, VtokLayout.Grid, 9, 9)).Message, "use fit");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => PictureLayout.Create(Grid, VtokLayout.Tile, 9, 9)).Message, "use grid");
    }
}
