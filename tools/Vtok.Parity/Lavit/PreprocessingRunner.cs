using System.Text.Json;
using Vtok.Imaging;
using Vtok.Models.Lavit;
using Vtok.Models.Layers.Vision;

namespace Vtok.Parity.Lavit;

/// <summary>Pictures to what the tower reads, by way of bytes and by way of floats.</summary>
internal sealed class PreprocessingRunner : ICaseRunner
{
    public string Family => "lavit";

    public IReadOnlyList<string> Kinds => ["preprocessing", "preprocessing-tensor"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        JsonElement config = golden.Config;
        int side = config.GetProperty("image_size").GetInt32();
        PixelNormalization normalization = new(Numbers(config, "mean"), Numbers(config, "std"));
        if (golden.HasInput("image"))
        {
            report.Compare("tensor", normalization.Apply(LavitPreprocessing.Resize(golden.Input("image"), side)));
            return;
        }
        Tensor bytes = golden.Input("image_u8");
        ResampleFilter filter = Enum.Parse<ResampleFilter>(config.GetProperty("interpolation").GetString()!, ignoreCase: true);
        RgbImage resized = Resampler.Resize(new RgbImage((int)bytes.size(1), (int)bytes.size(0), bytes.data<byte>().ToArray()), side, side, filter);
        Tensor values = tensor(resized.Pixels).view(1, side, side, 3).permute(0, 3, 1, 2).to(ScalarType.Float32) / 255; // [1, 3, S, S]
        report.Compare("resized_u8", resized.Pixels);
        report.Compare("tensor", normalization.Apply(values).squeeze(0));
    }

    private static double[] Numbers(JsonElement config, string name) => [.. config.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
