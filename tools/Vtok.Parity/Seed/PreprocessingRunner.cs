using System.Text.Json;
using Vtok.Imaging;
using Vtok.Models.Layers.Vision;

namespace Vtok.Parity.Seed;

/// <summary>Picture files to what the tower reads.</summary>
internal sealed class PreprocessingRunner : ICaseRunner
{
    public string Family => "seed";

    public IReadOnlyList<string> Kinds => ["preprocessing"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        JsonElement config = golden.Config;
        int side = config.GetProperty("image_size").GetInt32();
        ResampleFilter filter = Enum.Parse<ResampleFilter>(config.GetProperty("interpolation").GetString()!, ignoreCase: true);
        Tensor bytes = golden.Input("image_u8");
        RgbImage picture = new((int)bytes.size(1), (int)bytes.size(0), bytes.data<byte>().ToArray());
        bool keepRatio = config.TryGetProperty("keep_ratio", out JsonElement keep) && keep.GetBoolean();
        RgbImage resized = keepRatio ? ImageCrops.CenterCrop(ImageCrops.ResizeShortSide(picture, side, filter), side, side) : Resampler.Resize(picture, side, side, filter);
        Tensor values = tensor(resized.Pixels).view(1, side, side, 3).permute(0, 3, 1, 2).to(ScalarType.Float32) / 255; // [1, 3, S, S]
        report.Compare("resized_u8", resized.Pixels);
        report.Compare("tensor", new PixelNormalization(Numbers(config, "mean"), Numbers(config, "std")).Apply(values).squeeze(0));
    }

    private static double[] Numbers(JsonElement config, string name) => [.. config.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
