namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class ImageBudgetSearchTests
{
    private readonly ImageBudgetSearch _search = new(new VipsImageCodec());

    [TestMethod]
    [DataRow(ImageFormat.Jpeg, 800)]
    [DataRow(ImageFormat.Webp, 200)]
    public void The_best_picture_fits_the_budget_and_more_bytes_do_not_harm(ImageFormat format, int budget)
    {
        RgbImage image = Pictures.Waves(192, 128);

        BudgetedPicture? tight = _search.Best(image, format, budget);
        BudgetedPicture? ample = _search.Best(image, format, 4 * budget);

        Assert.IsLessThanOrEqualTo(budget, tight!.File.Length);
        Assert.AreEqual((192, 128), (tight.Picture.Width, tight.Picture.Height));
        Assert.IsGreaterThan(tight.Psnr, ample!.Psnr);
        Assert.AreEqual(ImageMetrics.Psnr(image, tight.Picture), tight.Psnr);
    }

    [TestMethod]
    public void A_budget_below_the_smallest_file_has_no_answer()
    {
        RgbImage image = Pictures.Waves(64, 64);

        Assert.IsNull(_search.Best(image, ImageFormat.Jpeg, 80)); // one quantization table and the frame header alone take 84
        Assert.IsNotNull(_search.Best(image, ImageFormat.Jpeg, 500));
    }
}
