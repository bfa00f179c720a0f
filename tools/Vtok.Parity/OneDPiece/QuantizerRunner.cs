using System.Text.Json;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;

namespace Vtok.Parity.OneDPiece;

/// <summary>The vector quantizer over several training steps, and the Gaussian bottleneck.</summary>
internal sealed class QuantizerRunner(string family) : ICaseRunner
{
    private const float StepSize = 0.1f; // of the plain descent between the steps of a case

    public string Family => family;

    public IReadOnlyList<string> Kinds => ["quantizer"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        if (golden.HasInput("parameters"))
            RunGaussian(golden, report);
        else
            RunVectors(golden, report);
    }

    private static void RunGaussian(GoldenCase golden, CaseReport report)
    {
        Tensor parameters = golden.Input("parameters"), noise = golden.Input("noise");
        using DiagonalGaussian gaussian = new(parameters);
        using DiagonalGaussian still = new(parameters, deterministic: true);
        report.Compare("mean", gaussian.Mean);
        report.Compare("logvar", gaussian.LogVariance);
        report.Compare("std", gaussian.StandardDeviation);
        report.Compare("var", gaussian.Variance);
        report.Compare("sample", gaussian.Sample(noise));
        report.Compare("kl", gaussian.Divergence());
        report.Compare("deterministic_sample", still.Sample(noise));
        report.Compare("deterministic_kl", still.Divergence());
    }

    private static void RunVectors(GoldenCase golden, CaseReport report)
    {
        JsonElement config = golden.Config;
        bool clustering = config.TryGetProperty("clustering_vq", out JsonElement flag) && flag.GetBoolean();
        using VectorQuantizer quantizer = new(new VectorQuantizerConfig
        {
            CodebookSize = config.GetProperty("codebook_size").GetInt32(),
            CodeDimension = config.GetProperty("token_size").GetInt32(),
            CommitmentCost = config.GetProperty("commitment_cost").GetDouble(),
            Normalize = config.GetProperty("use_l2_norm").GetBoolean(),
            Learning = clustering ? CodebookLearning.Clustering : CodebookLearning.Gradient,
        });
        WeightLoader.Load(quantizer, golden.Weights);
        quantizer.train();
        List<Tensor> gradients = [];
        for (int step = 0; golden.HasInput($"z_{step}"); step++)
            gradients.Add(Step(golden, report, quantizer, step, clustering));
        using IDisposable quiet = no_grad();
        CompareGradients(golden, report, gradients);
        if (golden.HasInput("soft_indices"))
            report.Compare("soft_entry", quantizer.Mix(golden.Input("soft_indices")));
        if (golden.HasExpected("entry"))
            report.Compare("entry", quantizer.Decode(arange(quantizer.CodebookSize)));
    }

    private static Tensor Step(GoldenCase golden, CaseReport report, VectorQuantizer quantizer, int step, bool clustering)
    {
        Tensor z = golden.Input($"z_{step}").clone().requires_grad_(true); // [B, C, 1, N]
        QuantizerOutput output = quantizer.Quantize(z.permute(0, 2, 3, 1));
        Tensor quantized = output.Quantized.permute(0, 3, 1, 2);
        Tensor codebook = quantizer.Codebook;
        codebook.grad = null;
        ((quantized * golden.Input($"upstream_{step}")).sum() + output.TotalLoss()).backward();

        Dictionary<string, Tensor> outputs = new()
        {
            ["z_quantized"] = quantized,
            ["min_encoding_indices"] = output.Ids,
            ["grad_z"] = z.grad!,
        };
        TokenizerRunner.Note(output, "", outputs);
        using IDisposable quiet = no_grad();
        if (clustering)
            outputs["embed_prob_after"] = quantizer.get_buffer("embed_prob")!;
        else
            codebook.detach().sub_(codebook.grad! * StepSize); // embedding_after proves the gradient of this very step
        outputs["embedding_after"] = codebook;
        foreach ((string name, Tensor tensor) in outputs)
            report.Compare($"{name}_{step}", tensor);
        return codebook.grad!.clone();
    }

    // Steps on different inputs have different gradients. Where one is recorded under the name of every step (a reference to the buffer was
    // kept, and the buffer written on), it is that of the last step; that of the others is proved by embedding_after alone.
    private static void CompareGradients(GoldenCase golden, CaseReport report, List<Tensor> gradients)
    {
        Tensor[] expected = [.. gradients.Select((_, step) => golden.Expected($"grad_embedding_{step}"))];
        bool one = expected.All(gradient => gradient.Equals(expected[^1]));
        for (int step = 0; step < gradients.Count; step++)
            if (one && step < gradients.Count - 1)
                report.NotComparable($"grad_embedding_{step}", "the same gradient is recorded for every step, so it is the last one's");
            else
                report.Compare($"grad_embedding_{step}", gradients[step]);
    }
}
