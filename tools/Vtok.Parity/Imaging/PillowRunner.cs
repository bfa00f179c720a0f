using System.Text.Json;
using Vtok.Imaging;

namespace Vtok.Parity.Imaging;

/// <summary>8-bit resampling, crops and colours against Pillow and torchvision.</summary>
internal sealed class PillowRunner : ICaseRunner
{
    public string Family => "resampling";

    public IReadOnlyList<string> Kinds { get; } = ["pil_resize", "pil_coefficients", "pil_gray", "tv_resize_centercrop", "adm_center_crop"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        if (golden.Kind == "pil_gray")
        {
            report.Compare("l", PillowColors.Gray(golden.Picture("rgb")));
            report.Compare("ycbcr", PillowColors.YCbCr(golden.Picture("rgb")));
            return;
        }
        foreach (JsonElement item in golden.Config.GetProperty("items").EnumerateArray())
        {
            string name = item.GetProperty("name").GetString()!;
            if (golden.Kind == "pil_coefficients")
                CompareKernel(item, name, report);
            else
                report.Compare(name, golden.Kind switch
                {
                    "pil_resize" => Resize(golden, item, golden.Input(name)),
                    "adm_center_crop" => ImageCrops.AdmCenterCrop(golden.Picture(name), item.GetProperty("image_size").GetInt32()).Pixels,
                    _ => ResizeAndCrop(golden.Picture(name), item),
                });
        }
    }

    private static byte[] Resize(GoldenCase golden, JsonElement item, Tensor input)
    {
        int channels = input.dim() == 3 ? (int)input.size(2) : 1;
        JsonElement size = item.GetProperty("size");
        ResampleBox? box = item.TryGetProperty("box", out JsonElement b) ? new(b[0].GetSingle(), b[1].GetSingle(), b[2].GetSingle(), b[3].GetSingle()) : null;
        return Resampler.Resize(
            input.bytes, (int)input.size(1), (int)input.size(0), channels, size[0].GetInt32(), size[1].GetInt32(), Filter(golden.Config, item), box);
    }

    private static byte[] ResizeAndCrop(RgbImage image, JsonElement item)
    {
        int crop = item.GetProperty("crop").GetInt32();
        RgbImage resized = ImageCrops.ResizeShortSide(image, item.GetProperty("resize").GetInt32(), Filter(item, item));
        return ImageCrops.CenterCrop(resized, crop, crop).Pixels;
    }

    private static void CompareKernel(JsonElement item, string name, CaseReport report)
    {
        int input = item.GetProperty("in_size").GetInt32(), output = item.GetProperty("out_size").GetInt32(), rows = item.GetProperty("rows_stored").GetInt32();
        ResampleKernel kernel = ResampleKernel.Create(input, output, 0, input, Filter(item, item));
        int stored = rows * kernel.Size;
        report.Compare($"{name}.bounds", stack([tensor(kernel.Start), tensor(kernel.Count)], 1));
        report.Compare($"{name}.coeffs_fixed", tensor(kernel.Fixed[..stored]).view(rows, kernel.Size));
        report.Compare($"{name}.coeffs", tensor(kernel.Weights[..stored]).view(rows, kernel.Size));
    }

    private static ResampleFilter Filter(JsonElement all, JsonElement item) =>
        Enum.Parse<ResampleFilter>((item.TryGetProperty("filter", out JsonElement own) ? own : all.GetProperty("filter")).GetString()!, ignoreCase: true);
}
