using System.Globalization;
using System.Text.Json;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;

namespace Vtok.Parity.Lavit;

/// <summary>The codebook as published, and its training: steps, a start by clustering, passes of evaluation.</summary>
internal sealed class QuantizerRunner : ICaseRunner
{
    public string Family => "lavit";

    public IReadOnlyList<string> Kinds => ["quantizer-inference", "quantizer-ema"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        if (golden.Kind == "quantizer-inference")
            Infer(golden, report);
        else
            Train(golden, report);
    }

    private static CosineQuantizerConfig Config(JsonElement config, bool trainable) => new()
    {
        CodebookSize = config.GetProperty("n_embed").GetInt32(),
        CodeDimension = config.GetProperty("embedding_dim").GetInt32(),
        CommitmentCost = config.TryGetProperty("beta", out JsonElement beta) ? beta.GetDouble() : 1,
        Decay = config.TryGetProperty("decay", out JsonElement decay) ? decay.GetDouble() : 0.99,
        Trainable = trainable,
    };

    private static void Infer(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using CosineQuantizer quantizer = new(Config(golden.Config, trainable: false));
        using PrefixedWeights weights = new(golden.Weights, "quantize.");
        WeightLoader.Load(quantizer, weights);
        Tensor ids = quantizer.Encode(golden.Input("z")), codes = quantizer.Decode(ids);
        report.Compare("ids", ids);
        report.Compare("z_q", codes);
        report.Compare("entries", codes);
    }

    private static void Train(GoldenCase golden, CaseReport report)
    {
        using CosineQuantizer quantizer = new(Config(golden.Config, trainable: true));
        WeightLoader.Load(quantizer, golden.Weights);
        int trainSteps = golden.Config.GetProperty("train_steps").GetInt32();
        for (int step = 0; golden.HasInput(Name("z", step)); step++)
        {
            quantizer.train(step < trainSteps);
            Tensor z = golden.Input(Name("z", step)).clone().requires_grad_(true);
            if (!quantizer.Started && golden.Config.GetProperty("kmeans_init").GetBoolean())
                quantizer.Start(z, golden.Input("kmeans_first_indices"), golden.Config.GetProperty("kmeans_iters").GetInt32());
            QuantizerOutput output = quantizer.Quantize(z);
            ((output.Quantized * golden.Input(Name("upstream", step))).sum() + output.TotalLoss()).backward();
            report.Compare(Name("z_q", step), output.Quantized);
            report.Compare(Name("loss", step), output.TotalLoss());
            report.Compare(Name("ids", step), output.Ids);
            report.Compare(Name("grad_z", step), z.grad!);
            report.Compare(Name("weight", step), quantizer.Codebook);
            report.Compare(Name("cluster_size", step), quantizer.ClusterSize!);
        }
    }

    private static string Name(string name, int step) => name + step.ToString(CultureInfo.InvariantCulture);
}
