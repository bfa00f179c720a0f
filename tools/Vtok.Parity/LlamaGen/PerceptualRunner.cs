using Vtok.Models.Perceptual;

namespace Vtok.Parity.LlamaGen;

/// <summary>LPIPS with the VGG backbone: values and gradients, without and with the recorded dropout.</summary>
internal sealed class PerceptualRunner : ICaseRunner
{
    public string Family => "llamagen";

    public IReadOnlyList<string> Kinds => ["perceptual"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        int[] widths = [.. golden.Config.GetProperty("vgg_channels").EnumerateArray().Select(width => width.GetInt32())];
        using LpipsVgg network = LpipsVgg.Load(golden.Weights, widths: widths);
        Tensor[] masks = [.. Enumerable.Range(0, widths.Length).Select(level => golden.Input($"noise.dropout_mask{level}"))];
        Compare(golden, report, "", target => network.call(golden.Input("input"), target));
        Compare(golden, report, "_train", target => network.WithMasks(golden.Input("input"), target, masks));
    }

    private static void Compare(GoldenCase golden, CaseReport report, string suffix, Func<Tensor, Tensor> distance)
    {
        Tensor target = golden.Input("target").clone().requires_grad_(true);
        Tensor value = distance(target);
        value.mean().backward();
        report.Compare("val" + suffix, value);
        report.Compare("grad.target" + suffix, target.grad!);
    }
}
