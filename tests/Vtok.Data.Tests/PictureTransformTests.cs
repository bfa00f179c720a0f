using CsCheck;
using Vtok.Imaging;

namespace Vtok.Data.Tests;

[TestClass]
public sealed class PictureTransformTests
{
    private static RgbImage Numbered(int width, int height)
    {
        RgbImage image = new(width, height);
        for (int i = 0; i < width * height; i++)
            (image.Pixels[3 * i], image.Pixels[3 * i + 1]) = ((byte)(i % width), (byte)(i / width));
        return image;
    }

    [TestMethod]
    [DataRow(9, 4, 2, 0), DataRow(4, 9, 0, 2), DataRow(4, 4, 0, 0), DataRow(4, 5, 0, 0)]
    public void The_centre_square_begins_at_the_floor_of_half_the_rest(int width, int height, int left, int top)
    {
        RgbImage square = new CenterSquare { Side = 4 }.Apply(Numbered(width, height), default);

        Assert.AreEqual((left, top), (square.Pixels[0], square.Pixels[1]));
    }

    [TestMethod]
    public void A_random_square_is_a_window_of_the_picture_and_repeats() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.ULong).Sample((width, height, seed) =>
        {
            RandomSquare transform = new() { Side = Math.Min(width, height), MinShare = 1, MirrorProbability = 0 };
            RgbImage picture = Numbered(width, height);

            RgbImage square = transform.Apply(picture, new SampleRandom(seed, RandomPurpose.Augmentation, 1, 2));
            RgbImage again = transform.Apply(picture, new SampleRandom(seed, RandomPurpose.Augmentation, 1, 2));

            CollectionAssert.AreEqual(square.Pixels, again.Pixels);
            CollectionAssert.AreEqual(ImageCrops.Crop(picture, square.Pixels[0], square.Pixels[1], square.Width, square.Height).Pixels, square.Pixels);
        });

    [TestMethod]
    public void Sides_and_places_of_random_squares_use_their_whole_range()
    {
        RandomSquare transform = new() { Side = 1, MinShare = 0.01, MirrorProbability = 0, Filter = ResampleFilter.Nearest };

        RgbImage[] squares = [.. Enumerable.Range(0, 2000).Select(i => transform.Apply(Numbered(8, 8), new SampleRandom(3, RandomPurpose.Augmentation, 0, i)))];

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 8).ToArray(), squares.Select(square => (int)square.Pixels[0]).Distinct().ToArray());
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 8).ToArray(), squares.Select(square => (int)square.Pixels[1]).Distinct().ToArray());
    }

    [TestMethod]
    public void Mirroring_turns_rows_around_and_leaves_the_source_alone()
    {
        RgbImage source = Numbered(4, 4);
        byte[] before = [.. source.Pixels];

        RgbImage mirrored = new RandomSquare { Side = 4, MinShare = 1, MirrorProbability = 1 }.Apply(source, new SampleRandom(1, RandomPurpose.Augmentation, 0, 0));

        CollectionAssert.AreEqual(new byte[] { 3, 2, 1, 0 }, Enumerable.Range(0, 4).Select(x => mirrored.Row(1)[3 * x]).ToArray());
        CollectionAssert.AreEqual(before, source.Pixels);
    }
}
