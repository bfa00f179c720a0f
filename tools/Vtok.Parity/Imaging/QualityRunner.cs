using Vtok.Imaging;
using Vtok.Imaging.Quality;

namespace Vtok.Parity.Imaging;

/// <summary>Metrics of picture pairs and planes.</summary>
internal sealed class QualityRunner : ICaseRunner
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

    public string Family => "image-quality";

    public IReadOnlyList<string> Kinds { get; } = ["pair_metrics", "plane_metrics"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        if (golden.Kind == "plane_metrics")
            Planes(golden.Plane("a"), golden.Plane("b"), report);
        else
            foreach (string output in golden.OutputNames)
            {
                int dot = output.LastIndexOf('.');
                report.Compare(output, Metrics[output[(dot + 1)..]](golden.Picture("a"), golden.Picture("b_" + output[..dot])));
            }
    }

    private static void Planes(Plane a, Plane b, CaseReport report)
    {
        double[] terms = MultiScaleSimilarity.Terms(a, b);
        report.Compare("ssim", StructuralSimilarity.Compute(a, b, SsimWindow.Gaussian).Ssim);
        report.Compare("ms_ssim", MultiScaleSimilarity.Product(terms));
        report.Compare("ms_ssim_terms", terms);
        report.Compare("gmsd", GradientSimilarity.Deviation(a, b));
        report.Compare("ssim_map_row0", StructuralSimilarity.MapRow(a, b, SsimWindow.Gaussian, 0));
        report.Compare("gms_row0", GradientSimilarity.Map(a, b)[..((a.Width + 1) / 2)]);
        report.Compare("window", SsimWindow.Gaussian.Taps);
    }
}
