using Vtok.Imaging.Quality;

namespace Vtok.Imaging.Tests;

[TestClass]
public sealed class ImageMetricsTests
{
    private static readonly Dictionary<string, Func<RgbImage, RgbImage, double[]>> Metrics = new()
    {
        ["mse_rgb"] = (a, b) => [ImageMetrics.Mse(a, b)],
        ["psnr_rgb"] = (a, b) => [ImageMetrics.Psnr(a, b)],
        ["psnr_y"] = (a, b) => [ImageMetrics.PsnrLuma(a, b)],
        ["ssim_y"] = (a, b) => [ImageMetrics.Ssim(a, b)],
        ["ssim_y_same"] = (a, b) => [ImageMetrics.SsimSame(a, b)],
        ["ssim_rgb"] = (a, b) => [ImageMetrics.SsimRgb(a, b)],
        ["ssim_uniform7_rgb"] = (a, b) => [ImageMetrics.SsimUniform7(a, b)],
        ["gmsd"] = (a, b) => [ImageMetrics.Gmsd(a, b)],
        ["ms_ssim_y"] = (a, b) => [ImageMetrics.MsSsimLuma(a, b)],
        ["ms_ssim_y_terms"] = (a, b) => MultiScaleSimilarity.Terms(Plane.Luma(a), Plane.Luma(b)),
        ["ms_ssim_rgb"] = (a, b) => [ImageMetrics.MsSsim(a, b)],
    };

    [TestMethod]
    public void Pairs_have_the_published_figures() => Pairs(TestFolders.Golden("image-quality"));

    [TestMethod]
    public void Pairs_have_the_published_figures_in_all_shared_cases() => Pairs(TestFolders.Shared("golden", "image-quality"));

    [TestMethod]
    public void Planes_have_the_published_figures()
    {
        IReadOnlyList<GoldenCase> cases = GoldenCase.All(TestFolders.Shared("golden", "image-quality"), "plane_metrics");
        Assert.IsNotEmpty(cases);
        foreach (GoldenCase golden in cases)
        {
            int[] shape = golden.Shape("in.a");
            Plane a = Plane.Bytes(shape[1], shape[0], golden.Values<byte>("in.a")), b = Plane.Bytes(shape[1], shape[0], golden.Values<byte>("in.b"));
            golden.AssertClose("ssim", [StructuralSimilarity.Compute(a, b, SsimWindow.Gaussian).Ssim]);
            golden.AssertClose("ms_ssim", [MultiScaleSimilarity.Product(MultiScaleSimilarity.Terms(a, b))]);
            golden.AssertClose("ms_ssim_terms", MultiScaleSimilarity.Terms(a, b));
            golden.AssertClose("gmsd", [GradientSimilarity.Deviation(a, b)]);
            golden.AssertClose("ssim_map_row0", StructuralSimilarity.MapRow(a, b, SsimWindow.Gaussian, 0));
            golden.AssertClose("gms_row0", GradientSimilarity.Map(a, b).AsSpan(0, (shape[1] + 1) / 2));
            golden.AssertClose("window", SsimWindow.Gaussian.Taps);
        }
    }

    [TestMethod]
    public void A_picture_is_equal_to_itself()
    {
        RgbImage image = Pictures.Waves(170, 163);

        ImageQuality quality = ImageQuality.Measure(image, image);

        Assert.AreEqual(double.PositiveInfinity, quality.Psnr);
        Assert.AreEqual(1, quality.Ssim, 1e-12);
        Assert.AreEqual(1, quality.MsSsim, 1e-12);
        Assert.AreEqual(0, quality.Gmsd, 1e-12);
    }

    [TestMethod]
    public void Figures_that_a_small_picture_has_not_are_not_a_number()
    {
        RgbImage image = Pictures.Waves(10, 160);

        ImageQuality quality = ImageQuality.Measure(image, image);

        Assert.IsTrue(double.IsNaN(quality.Ssim));
        Assert.IsTrue(double.IsNaN(quality.MsSsim));
    }

    [TestMethod]
    public void Different_sizes_are_refused_with_both()
    {
        ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() => ImageMetrics.Psnr(new RgbImage(3, 4), new RgbImage(4, 3)));

        StringAssert.Contains(error.Message, "3x4 against 4x3");
    }

    [TestMethod]
    public void Metrics_do_not_care_which_picture_comes_first()
    {
        RgbImage a = Pictures.Waves(47, 31), b = Pictures.Noise(47, 31, seed: 5);

        ImageQuality forth = ImageQuality.Measure(a, b), back = ImageQuality.Measure(b, a);

        Assert.AreEqual(forth.Psnr, back.Psnr, 1e-12);
        Assert.AreEqual(forth.Ssim, back.Ssim, 1e-12);
        Assert.AreEqual(forth.Gmsd, back.Gmsd, 1e-12);
    }

    private static void Pairs(string family)
    {
        IReadOnlyList<GoldenCase> cases = GoldenCase.All(family, "pair_metrics");
        Assert.IsNotEmpty(cases);
        foreach (GoldenCase golden in cases)
            foreach (string output in golden.Outputs)
            {
                int dot = output.LastIndexOf('.');
                RgbImage a = golden.Picture("in.a"), b = golden.Picture("in.b_" + output[..dot]);
                golden.AssertClose(output, Metrics[output[(dot + 1)..]](a, b));
            }
    }
}
