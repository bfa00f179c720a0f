using Vtok.Models.Perceptual;

namespace Vtok.Parity.TitokTraining;

/// <summary>The perceptual losses of TiTok with their gradients.</summary>
internal sealed class PerceptualLossRunner(string family) : ICaseRunner
{
    // The recorder kept the upper right corner of the resized pictures.
    private const long CropRows = 5, CropColumns = 6;

    public string Family => family;

    public IReadOnlyList<string> Kinds => ["perceptual-loss"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        string name = golden.Config.GetProperty("perceptual_loss").GetString()!;
        using PerceptualMixture loss = TrainingCase.Perceptual(golden.Config, name, golden.Weights);
        Tensor input = golden.Input("input_u8").to(ScalarType.Float32) / 255;
        Tensor target = (golden.Input("target_u8").to(ScalarType.Float32) / 255).requires_grad_();
        Tensor raw = loss.call(input, target), mean = raw.mean();
        mean.backward();
        report.Compare("loss", raw);
        report.Compare("loss_mean", mean);
        report.Compare("grad_target", target.grad!);
        if (golden.HasExpected("lpips"))
            report.Compare("lpips", loss.Lpips(input, target));
        if (!golden.HasExpected("convnext_logits_input"))
            return;
        report.Compare("convnext_logits_input", loss.Logits(input));
        Tensor resized = PerceptualMixture.Resize(input);
        report.Compare("resized_mean", resized.mean([2, 3]));
        report.Compare("resized_crop", resized.narrow(2, 0, CropRows).narrow(3, resized.size(3) - CropColumns, CropColumns));
    }
}
