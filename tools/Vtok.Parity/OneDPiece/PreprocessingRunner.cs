using System.Globalization;
using System.Text.Json;
using Vtok.Imaging;

namespace Vtok.Parity.OneDPiece;

/// <summary>Pictures to the crops that the models read, and the published ways from float pixels to bytes.</summary>
internal sealed class PreprocessingRunner(string family) : ICaseRunner
{
    public string Family => family;

    public IReadOnlyList<string> Kinds => ["preprocessing"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        int crop = golden.Config.GetProperty("crop_size").GetInt32();
        if (golden.HasInput("image"))
            Train(golden, report, crop);
        for (int i = 0; golden.HasInput($"image_{i}"); i++)
            Evaluate(golden, report, crop, i);
        if (golden.HasInput("float_image"))
            ToBytes(golden.Input("float_image"), report);
    }

    private static void Evaluate(GoldenCase golden, CaseReport report, int crop, int index)
    {
        RgbImage resized = ImageCrops.ResizeShortSide(Picture(golden.Input($"image_{index}")), crop, Filter(golden));
        RgbImage cropped = ImageCrops.CenterCrop(resized, crop, crop);
        string suffix = index.ToString(CultureInfo.InvariantCulture);
        report.Compare("resized_" + suffix, resized.Pixels);
        report.Compare("cropped_" + suffix, cropped.Pixels);
        report.Compare("tensor_" + suffix, ToTensor(cropped));
    }

    private static void Train(GoldenCase golden, CaseReport report, int crop)
    {
        long[] corner = golden.Input("top_left").data<long>().ToArray();
        bool flip = golden.Input("flip").item<long>() != 0;
        RgbImage resized = ImageCrops.ResizeShortSide(Picture(golden.Input("image")), golden.Config.GetProperty("resize_shorter_edge").GetInt32(), Filter(golden));
        Tensor tensor = ToTensor(ImageCrops.Crop(resized, (int)corner[1], (int)corner[0], crop, crop));
        report.Compare("resized", resized.Pixels);
        report.Compare("tensor", flip ? tensor.flip(2) : tensor);
    }

    private static void ToBytes(Tensor pixels, CaseReport report)
    {
        Tensor clamped = pixels.clamp(0, 1), evaluated = (clamped * 255).round() / 255;
        report.Compare("uint8_demo_truncate", (clamped * 255).to(ScalarType.Byte));
        report.Compare("evaluator_quantized", evaluated);
        report.Compare("uint8_after_evaluator", (evaluated * 255).to(ScalarType.Byte));
        report.Compare("uint8_round", (clamped * 255).round().to(ScalarType.Byte));
    }

    private static ResampleFilter Filter(GoldenCase golden) =>
        golden.Config.TryGetProperty("interpolation", out JsonElement name) ? Enum.Parse<ResampleFilter>(name.GetString()!, ignoreCase: true) : ResampleFilter.Bicubic;

    private static RgbImage Picture(Tensor bytes) => new((int)bytes.size(1), (int)bytes.size(0), bytes.data<byte>().ToArray());

    private static Tensor ToTensor(RgbImage image) =>
        tensor(image.Pixels).view(image.Height, image.Width, 3).permute(2, 0, 1).to(ScalarType.Float32) / 255; // [3, H, W]
}
