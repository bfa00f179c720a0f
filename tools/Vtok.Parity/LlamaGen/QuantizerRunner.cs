using System.Text.Json;
using Vtok.Models.LlamaGen;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.LlamaGen;

/// <summary>The quantizer over several training steps: losses, gradients of both sides, the window of used codes.</summary>
internal sealed class QuantizerRunner : ICaseRunner
{
    private const string Window = "codebook_used";

    public string Family => "llamagen";

    public IReadOnlyList<string> Kinds => ["training-quantizer"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        JsonElement config = golden.Config;
        using VectorQuantizer quantizer = new(new VectorQuantizerConfig
        {
            CodebookSize = config.GetProperty("n_e").GetInt32(),
            CodeDimension = config.GetProperty("e_dim").GetInt32(),
            CommitmentCost = config.GetProperty("beta").GetDouble(),
            EntropyCost = config.GetProperty("entropy_loss_ratio").GetDouble(),
            Normalize = config.GetProperty("l2_norm").GetBoolean(),
            UsageWindow = config.GetProperty("show_usage").GetBoolean() ? LlamaGenConfig.UsageWindow : 0,
        });
        quantizer.Codebook.detach().copy_(golden.Weights["embedding.weight"]);
        quantizer.train();
        for (int step = 0; golden.HasInput($"z{step}"); step++)
            Step(golden, report, quantizer, step);
        if (golden.HasExpected(Window + "_tail"))
            report.Compare(Window + "_tail", quantizer.get_buffer(Window)![^(int)golden.Expected(Window + "_tail").size(0)..]);
    }

    private static void Step(GoldenCase golden, CaseReport report, VectorQuantizer quantizer, int step)
    {
        Tensor z = golden.Input($"z{step}").clone().requires_grad_(true); // [B, D, h, w]
        quantizer.Codebook.grad = null;
        QuantizerOutput output = quantizer.Quantize(z.permute(0, 2, 3, 1));
        Tensor quantized = output.Quantized.permute(0, 3, 1, 2);
        ((quantized * golden.Input($"upstream{step}")).sum() + output.TotalLoss()).backward();

        report.Compare($"z_q{step}", quantized);
        report.Compare($"indices{step}", output.Ids.flatten());
        report.Compare($"vq_loss{step}", output.Losses[QuantizerOutput.Codebook]);
        report.Compare($"commit_loss{step}", output.Losses[QuantizerOutput.Commitment]);
        report.Compare($"entropy_loss{step}", output.Losses.GetValueOrDefault(QuantizerOutput.Entropy) ?? zeros([]));
        report.Compare($"usage{step}", quantizer.RecentUsage());
        report.Compare($"grad.z{step}", z.grad!);
        report.Compare($"grad.embedding.weight{step}", quantizer.Codebook.grad!);
    }
}
