using TorchSharp;
using Vtok.Imaging;
using Vtok.Models.Perceptual;
using Vtok.Training.Data;
using Vtok.Training.Measures;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

[TestClass]
public sealed class ReconstructionMeterTests
{
    [TestMethod]
    public void Measures_what_the_metrics_measure_over_several_batches()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor wanted = Bytes(rand([3, 3, 161, 161], generator: generator)), shown = Bytes((wanted + 0.1 * randn([3, 3, 161, 161], generator: generator)).clamp(0, 1));
        var meter = new ReconstructionMeter(null);

        meter.Add(shown[..2], wanted[..2]);
        meter.Add(shown[2..], wanted[2..]);

        IReadOnlyDictionary<string, double> means = meter.Means("@5");
        (RgbImage A, RgbImage B)[] pairs = [.. Enumerable.Range(0, 3).Select(i => (Image(wanted[i]), Image(shown[i])))];
        CollectionAssert.AreEquivalent((string[])["psnr@5", "ssim@5", "msSsim@5"], means.Keys.ToArray());
        Assert.AreEqual(pairs.Average(pair => ImageMetrics.Psnr(pair.A, pair.B)), means["psnr@5"], 1e-12);
        Assert.AreEqual(pairs.Average(pair => ImageMetrics.Ssim(pair.A, pair.B)), means["ssim@5"], 1e-12);
        Assert.AreEqual(pairs.Average(pair => ImageMetrics.MsSsim(pair.A, pair.B)), means["msSsim@5"], 1e-12);
    }

    [TestMethod]
    public void Leaves_out_what_small_pictures_do_not_have()
    {
        using DisposeScope scope = NewDisposeScope();
        var meter = new ReconstructionMeter(null);

        meter.Add(zeros(1, 3, 64, 64), ones(1, 3, 64, 64));

        CollectionAssert.AreEquivalent((string[])["psnr", "ssim"], meter.Means().Keys.ToArray());
    }

    [TestMethod]
    public void Judges_with_the_network_that_ships()
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(4, CPU);
        using LpipsSqueeze judge = LpipsSqueeze.Open(Path.Combine(Repository.Root, "checkpoints", "perceptual-squeezenet-lpips"));
        Tensor wanted = Bytes(rand([2, 3, 64, 64], generator: generator)), shown = Bytes(rand([2, 3, 64, 64], generator: generator));
        var meter = new ReconstructionMeter(judge);

        meter.Add(shown, wanted);

        Assert.AreEqual(judge.Distance(shown * 2 - 1, wanted * 2 - 1).mean().item<float>(), meter.Means()["lpips"], 1e-5);
    }

    [TestMethod]
    public void A_judge_that_is_not_here_is_left_out_and_said()
    {
        string? said = null;

        LpipsSqueeze? judge = ReconstructionMeter.OpenJudge("no-such-folder", CPU, line => said = line);

        Assert.IsNull(judge);
        StringAssert.Contains(said, "no-such-folder");
    }

    private static Tensor Bytes(Tensor unit) => (unit * 255).round() / 255;

    private static RgbImage Image(Tensor unit) => PictureTensors.ToImage(unit * 2 - 1);
}
