using System.Text.Json;
using Vtok.Models.Perceptual;

namespace Vtok.Parity.Perceptual;

/// <summary>Both distances of every Kodak-256 picture to its block means: the way of a picture from file to figure, end to end.</summary>
internal sealed class KodakBlocksRunner : IFileRunner
{
    public string Family => "perceptual-squeezenet1_1-lpips";

    public string File => "kodak256-blocks.json";

    public void Run(JsonElement content, string folder, CaseReport report)
    {
        string pictures = GoldenFiles.Find(folder, "data/kodak");
        double tolerance = content.GetProperty("tolerance_abs").GetDouble();
        using MobileNetV2 mobileNet = PerceptualNetworks.MobileNet();
        using LpipsSqueeze lpips = PerceptualNetworks.Lpips();
        using IDisposable frozen = no_grad();
        foreach (JsonElement expected in content.GetProperty("images").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            string name = expected.GetProperty("image").GetString()!;
            Tensor bytes = BlockMeans.Read(Path.Combine(pictures, name + ".webp"));
            Tensor x = PerceptualNetworks.ToInput(bytes), y = PerceptualNetworks.ToInput(BlockMeans.Apply(bytes));
            report.Check($"{name}.lpips", lpips.Distance(x, y).item<float>(), expected.GetProperty("lpips_squeeze").GetDouble(), tolerance);
            report.Check($"{name}.mbp", new MobileNetDistance(mobileNet).Distance(x, y).item<float>(), expected.GetProperty("mbp").GetDouble(), tolerance);
        }
    }
}
