using System.Globalization;
using Vtok.Models.Perceptual;

namespace Vtok.Parity.Perceptual;

/// <summary>Features, logits and the LPIPS distance with its gradient.</summary>
internal sealed class LpipsRunner : ICaseRunner
{
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];

    public string Family => "perceptual-squeezenet1_1-lpips";

    public IReadOnlyList<string> Kinds => ["lpips", "classify"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using LpipsSqueeze network = PerceptualNetworks.Lpips();
        if (golden.Kind == "classify")
        {
            Tensor share = golden.Input("x_u8").to(ScalarType.Float32) / 255;
            report.Compare("logits", network.Logits((share - tensor(Mean).view(1, 3, 1, 1)) / tensor(Deviation).view(1, 3, 1, 1)));
            return;
        }
        Tensor x = PerceptualNetworks.ToInput(golden.Input("x_u8")).requires_grad_();
        Tensor y = PerceptualNetworks.ToInput(golden.Input("y_u8"));
        Tensor[] features = network.Features(x);
        foreach (string name in golden.OutputNames.Where(name => name.StartsWith("feature", StringComparison.Ordinal)))
            report.Compare(name, features[int.Parse(name.AsSpan("feature".Length), CultureInfo.InvariantCulture)]);
        Tensor perPair = network.Distance(x, y);
        perPair.sum().backward();
        report.Compare("layers", network.Layers(x, y));
        report.Compare("distance", perPair);
        report.Compare("grad_x", x.grad!);
    }
}
