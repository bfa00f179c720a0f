using System.Globalization;
using Vtok.Imaging;

namespace Vtok.Parity.TokenFlow;

/// <summary>Pictures to what understanding models and the tokenizer read.</summary>
internal sealed class PreprocessingRunner : ICaseRunner
{
    private const byte Grey = 127; // half of 255, rounded down

    public string Family => Published.Family;

    public IReadOnlyList<string> Kinds => ["preprocessing"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        int side = golden.Config.GetProperty("image_size").GetInt32();
        for (int i = 0; golden.HasInput($"image{i}"); i++)
        {
            Tensor bytes = golden.Input($"image{i}");
            RgbImage image = new((int)bytes.size(1), (int)bytes.size(0), bytes.data<byte>().ToArray());
            string index = i.ToString(CultureInfo.InvariantCulture);
            Compare(report, "pad", index, Resampler.Resize(ImageCrops.PadToSquare(image, Grey, Grey, Grey), side, side, ResampleFilter.Bicubic));
            Compare(report, "stretch", index, Resampler.Resize(image, side, side, ResampleFilter.Bicubic));
            report.Compare("tokenizer_crop" + index, ImageCrops.AdmCenterCrop(image, side).Pixels);
        }
    }

    private static void Compare(CaseReport report, string name, string index, RgbImage image)
    {
        Tensor unit = tensor(image.Pixels).view(image.Height, image.Width, 3).permute(2, 0, 1).to(ScalarType.Float32) / 255; // [3, H, W]
        report.Compare($"{name}_uint8_{index}", image.Pixels);
        report.Compare(name + index, (unit - 0.5) / 0.5);
    }
}
