using System.Text.Json;
using Vtok.Models.Quantizers;
using Vtok.Models.TokenFlow;

namespace Vtok.Parity.TokenFlow;

/// <summary>The semantic codebook that starts by clustering and follows averages.</summary>
internal sealed class MovingAverageRunner : ICaseRunner
{
    public string Family => Published.Family;

    public IReadOnlyList<string> Kinds => ["ema-quantizer"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        JsonElement config = golden.Config;
        using SharedQuantizer quantizer = new(new SharedQuantizerConfig
        {
            CodebookSize = config.GetProperty("codebook_size").GetInt32(),
            SemanticDimension = config.GetProperty("semantic_code_dim").GetInt32(),
            PixelDimension = config.GetProperty("codebook_embed_dim").GetInt32(),
            CommitmentCost = config.GetProperty("commit_loss_beta").GetDouble(),
            Decay = config.GetProperty("decay").GetDouble(),
            ClusteringRounds = config.GetProperty("kmeans_iters").GetInt32(),
            MovingAverage = true,
        });
        quantizer.PixelCodebook.copy_(golden.Weights["quantize.embedding_vqgan.weight"]);
        quantizer.train();
        for (int call = 0; golden.HasInput($"z{call}"); call++)
        {
            Tensor features = golden.Input($"z{call}").permute(0, 2, 3, 1); // [B, h, w, D]
            if (call == 0)
            {
                quantizer.Cluster(features, golden.Input("noise.init_rows"));
                report.Compare("kmeans_cluster_size", quantizer.ClusterSizes!);
            }
            QuantizerOutput output = quantizer.Quantize(features);
            report.Compare($"z_q{call}", output.Quantized.permute(0, 3, 1, 2));
            report.Compare($"indices{call}", output.Ids.flatten());
            report.Compare($"vq_loss{call}", output.Losses[QuantizerOutput.Codebook]);
            report.Compare($"commit_loss{call}", output.Losses[QuantizerOutput.Commitment]);
            report.Compare($"codebook_after{call}", quantizer.SemanticCodebook);
        }
    }
}
