using System.Globalization;
using Vtok.Models.Perceptual;

namespace Vtok.Parity.Perceptual;

/// <summary>Features, logits and the mbp distance with its gradient.</summary>
internal sealed class MobileNetRunner : ICaseRunner
{
    public string Family => "perceptual-mobilenetv2";

    public IReadOnlyList<string> Kinds => ["mbp", "classify"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using MobileNetV2 network = PerceptualNetworks.MobileNet();
        Tensor x = PerceptualNetworks.ToInput(golden.Input("x_u8")).requires_grad_();
        foreach (string name in golden.OutputNames.Where(name => name.StartsWith("tap", StringComparison.Ordinal)))
            report.Compare(name, network.Features(x, int.Parse(name.AsSpan(3), CultureInfo.InvariantCulture))[0]);
        if (golden.HasExpected("pooled"))
            report.Compare("pooled", network.Pooled(x));
        if (golden.HasExpected("logits"))
            report.Compare("logits", network.Logits(network.Pooled(x)));
        if (!golden.HasInput("y_u8"))
            return;
        Tensor y = PerceptualNetworks.ToInput(golden.Input("y_u8"));
        MobileNetDistance distance = new(network);
        Tensor perPair = distance.Distance(x, y);
        perPair.sum().backward();
        report.Compare("layers", distance.Layers(x, y));
        report.Compare("distance", perPair);
        report.Compare("grad_x", x.grad!);
    }
}
