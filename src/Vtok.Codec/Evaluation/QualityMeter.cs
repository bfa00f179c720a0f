using TorchSharp;
using Vtok.Imaging;
using Vtok.Models.Perceptual;
using static TorchSharp.torch;

namespace Vtok.Codec.Evaluation;

/// <summary>Means of the quality measures over pictures.</summary>
/// <param name="judge">The perceptual network, on the CPU, or null to leave it out.</param>
internal sealed class QualityMeter(LpipsSqueeze? judge)
{
    private int _pictures;
    private double _bytes, _psnr, _ssim, _msSsim, _gmsd, _perceptual;

    public void Add(RgbImage original, RgbImage decoded, int bytes)
    {
        _pictures++;
        _bytes += bytes;
        _psnr += Math.Min(ImageMetrics.Psnr(original, decoded), ImageMetrics.PsnrCap);
        _ssim += ImageMetrics.Ssim(original, decoded);
        _msSsim += ImageMetrics.MsSsim(original, decoded);
        _gmsd += ImageMetrics.Gmsd(original, decoded);
        _perceptual += Judge(original, decoded);
    }

    public QualityRow Means(string method, int tokens) => new(method, tokens, _pictures, _bytes / _pictures, _psnr / _pictures, _ssim / _pictures,
        _msSsim / _pictures, _gmsd / _pictures, judge is null ? null : _perceptual / _pictures);

    private double Judge(RgbImage original, RgbImage decoded)
    {
        if (judge is null)
            return 0;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor pair = PictureTensors.ToTensor([original, decoded], CPU) * 2 - 1;     // [2, 3, S, S]
        return judge.Distance(pair[..1], pair[1..]).item<float>();
    }
}
