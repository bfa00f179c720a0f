using Vtok.Imaging;
using Vtok.Models.Perceptual;
using Vtok.Training.Data;

namespace Vtok.Training.Measures;

/// <summary>Means over held-out pictures of the measures that `vtok eval` prints too: PSNR, SSIM, MS-SSIM and LPIPS, of 8-bit pictures.</summary>
/// <param name="judge">The perceptual network, or null to leave LPIPS out; the caller owns it.</param>
internal sealed class ReconstructionMeter(LpipsSqueeze? judge)
{
    private readonly SortedDictionary<string, double> _sums = new(StringComparer.Ordinal);
    private long _pictures;

    /// <summary>Opens the judge of a recipe; where the folder is not there LPIPS is left out, and that is said.</summary>
    /// <param name="folder">Model folder, or null for none.</param>
    /// <param name="device">Where it measures.</param>
    /// <param name="say">Told in one line what is left out.</param>
    /// <exception cref="Models.Weights.CheckpointException">The folder holds another network.</exception>
    public static LpipsSqueeze? OpenJudge(string? folder, Device device, Action<string>? say)
    {
        if (folder is null)
            return null;
        if (Directory.Exists(folder))
            return LpipsSqueeze.Open(folder, device);
        say?.Invoke($"validation leaves LPIPS out: {folder} is not here (settings.judge names another folder; the one that ships is found from the checkout)");
        return null;
    }

    /// <summary>Measures a batch.</summary>
    /// <param name="shown">Reconstructions [B, 3, H, W] in 0..1; they are clipped and rounded to bytes.</param>
    /// <param name="wanted">Originals, the same shape.</param>
    public void Add(Tensor shown, Tensor wanted)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor x = Bytes(shown), y = Bytes(wanted); // uint8 [B, 3, H, W]
        RgbImage[] decoded = [.. x.unbind(0).Select(PictureTensors.OfBytes)], original = [.. y.unbind(0).Select(PictureTensors.OfBytes)];
        (double Psnr, double Ssim, double MsSsim)[] found = new (double, double, double)[decoded.Length];
        Parallel.For(0, decoded.Length, i => found[i] = (Math.Min(ImageMetrics.Psnr(original[i], decoded[i]), ImageMetrics.PsnrCap),
            ImageMetrics.Ssim(original[i], decoded[i]), ImageMetrics.MsSsim(original[i], decoded[i])));
        Count("psnr", found.Sum(picture => picture.Psnr)); // summed in the order of the pictures: the same score on every run
        Count("ssim", found.Sum(picture => picture.Ssim));
        Count("msSsim", found.Sum(picture => picture.MsSsim));
        if (judge is not null && Math.Min(x.size(2), x.size(3)) >= LpipsSqueeze.LeastSide)
            Count("lpips", Enumerable.Range(0, decoded.Length).Sum(i => Judge(judge, x.narrow(0, i, 1), y.narrow(0, i, 1))));
        _pictures += decoded.Length;
    }

    /// <summary>The means, each under its name and a suffix; what the pictures are too small for is left out.</summary>
    /// <param name="suffix">Such as the number of tokens.</param>
    public IReadOnlyDictionary<string, double> Means(string suffix = "")
        => _sums.Where(pair => !double.IsNaN(pair.Value)).ToDictionary(pair => pair.Key + suffix, pair => pair.Value / _pictures);

    // One at a time, as `vtok eval` does: features of a batch would leave the allocator with gigabytes that it keeps.
    private static double Judge(LpipsSqueeze judge, Tensor shown, Tensor wanted)
    {
        using DisposeScope scope = NewDisposeScope();
        return judge.Distance(PictureTensors.FromBytes(shown), PictureTensors.FromBytes(wanted)).item<float>();
    }

    // As files are decoded: by way of -1..1 a few bytes would fall to the other side of a half.
    private static Tensor Bytes(Tensor unit) => unit.clamp(0, 1).mul(255).round().to(ScalarType.Byte);

    private void Count(string name, double value) => _sums[name] = _sums.GetValueOrDefault(name) + value;
}
