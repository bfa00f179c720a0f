using CsCheck;
using Vtok.Imaging;

namespace Vtok.Data.Tests;

[TestClass]
public sealed class PictureTransformTests
{
    private static readonly PictureResizer Refuse = (_, _, _) => throw new InvalidOperationException("nothing to resample");

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
        RgbImage square = new CenterSquare { Side = 4, Resize = Refuse }.Apply(Numbered(width, height), default);

        Assert.AreEqual((left, top), (square.Pixels[0], square.Pixels[1]));
    }

    [TestMethod]
    public void Random_squares_stay_inside_have_the_side_asked_for_and_repeat() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.ULong).Sample((width, height, seed) =>
        {
            List<int> sides = [];
            RandomSquare transform = new()
            {
                Side = 1000,
                MinShare = 0.5,
                MaxShare = 1,
                Resize = (image, w, _) =>
                {
                    sides.Add(image.Width);
                    Assert.AreEqual(image.Width, image.Height);
                    return new RgbImage(1, 1, [image.Pixels[0], image.Pixels[1], 0]);
                },
            };
            byte[] first = transform.Apply(Numbered(width, height), new SampleRandom(seed, RandomPurpose.Augmentation, 1, 2)).Pixels;
            byte[] again = transform.Apply(Numbered(width, height), new SampleRandom(seed, RandomPurpose.Augmentation, 1, 2)).Pixels;

            CollectionAssert.AreEqual(first, again);
            int shorter = Math.Min(width, height);
            Assert.IsTrue(sides[0] >= Math.Ceiling(shorter * 0.5) && sides[0] <= shorter);
        });

    [TestMethod]
    public void Mirroring_turns_rows_around_and_leaves_the_source_alone()
    {
        RgbImage source = Numbered(4, 4);
        byte[] before = [.. source.Pixels];

        RgbImage mirrored = new RandomSquare { Side = 4, MinShare = 1, MirrorProbability = 1, Resize = Refuse }.Apply(source, new SampleRandom(1, RandomPurpose.Augmentation, 0, 0));

        CollectionAssert.AreEqual(new byte[] { 3, 2, 1, 0 }, Enumerable.Range(0, 4).Select(x => mirrored.Row(1)[3 * x]).ToArray());
        CollectionAssert.AreEqual(before, source.Pixels);
    }
}
