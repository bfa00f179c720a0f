using Vtok.Imaging;
using Vtok.Models.FlexTok;

namespace Vtok.Parity.FlexTok;

/// <summary>Pictures to crops in -1..1 and back to bytes.</summary>
internal sealed class PreprocessingRunner : ICaseRunner
{
    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["preprocessing"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        int side = golden.Config.GetProperty("img_size").GetInt32();
        double[] mean = Numbers(golden, "mean"), deviation = Numbers(golden, "std");
        IReadOnlyList<Tensor> pictures = golden.Inputs("rgb");
        for (int i = 0; i < pictures.Count; i++)
        {
            Tensor bytes = pictures[i];
            var picture = new RgbImage((int)bytes.size(1), (int)bytes.size(0), bytes.data<byte>().ToArray());
            RgbImage crop = ImageCrops.CenterCrop(ImageCrops.ResizeShortSide(picture, side, ResampleFilter.Bilinear), side, side);
            report.Compare($"resized_cropped_u8.{i}", crop.Pixels);
            Tensor unit = tensor(crop.Pixels).view(side, side, 3).permute(2, 0, 1).to(ScalarType.Float32) / 255; // [3, H, W]
            report.Compare($"tensor.{i}", (unit - Channels(mean)) / Channels(deviation));
        }
        if (golden.HasInput("tensor_to_pil"))
            report.Compare("pil_u8", (((golden.Input("tensor_to_pil") + 1) / 2).clamp(0, 1) * 255).to(ScalarType.Byte).permute(0, 2, 3, 1));
    }

    private static double[] Numbers(GoldenCase golden, string name) => [.. golden.Config.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    private static Tensor Channels(double[] values) => tensor([.. values.Select(value => (float)value)]).view(3, 1, 1);
}
