using System.Numerics;
using System.Text.Json;
using Vtok.Imaging;
using InterpolationMode = Vtok.Imaging.InterpolationMode;

namespace Vtok.Parity.Imaging;

/// <summary>Our own interpolation against torch's and torchvision's.</summary>
internal sealed class InterpolationRunner : ICaseRunner
{
    public string Family => "resampling";

    public IReadOnlyList<string> Kinds { get; } = ["torch_interpolate", "tv_resize_uint8"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        foreach (JsonElement item in golden.Config.GetProperty("items").EnumerateArray())
        {
            string name = item.GetProperty("name").GetString()!;
            Tensor input = golden.Input(name);
            if (golden.Kind == "tv_resize_uint8")
            {
                report.Compare(name, ResizeBytes(item, input));
                continue;
            }
            report.Compare(name, Resize<float>(item, input));
            if (golden.HasExpected(name + ".f64"))
                report.Compare(name + ".f64", Resize<double>(item, input.to(ScalarType.Float64)));
        }
    }

    private static Tensor Resize<T>(JsonElement item, Tensor input) where T : unmanaged, IFloatingPointIeee754<T>
    {
        JsonElement size = item.GetProperty("size");
        (int height, int width) = (size[0].GetInt32(), size[1].GetInt32());
        bool recomputed = item.TryGetProperty("recompute_scale_factor", out JsonElement recompute) && recompute.ValueKind == JsonValueKind.True;
        double? factor = item.TryGetProperty("scale_factor", out JsonElement f) && !recomputed ? f.GetDouble() : null;
        T[] values = FloatResampler.Resize<T>(
            input.data<T>().ToArray(), (int)input.size(2), (int)input.size(3), height, width, Mode(item.GetProperty("mode")), Antialias(item), factor);
        return from_array(values).view(input.size(0), input.size(1), height, width); // [B, C, H, W]
    }

    private static Tensor ResizeBytes(JsonElement item, Tensor input)
    {
        (int width, int height) = ImageCrops.ShortSideSize((int)input.size(3), (int)input.size(2), item.GetProperty("resize").GetInt32());
        byte[] values = FloatResampler.ResizeBytes(
            input.bytes, (int)input.size(2), (int)input.size(3), height, width, Mode(item.GetProperty("filter")), Antialias(item));
        return tensor(values).view(input.size(0), input.size(1), height, width); // [B, C, H, W]
    }

    private static InterpolationMode Mode(JsonElement name) =>
        Enum.Parse<InterpolationMode>(name.GetString()!.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    private static bool Antialias(JsonElement item) => item.TryGetProperty("antialias", out JsonElement a) && a.ValueKind == JsonValueKind.True;
}
