using System.Text.Json;
using Vtok.Models.Seed;

namespace Vtok.Parity.Seed;

/// <summary>Image embeddings to the class labels of the unCLIP diffusion model.</summary>
internal sealed class UnclipRunner : ICaseRunner
{
    public string Family => "seed";

    public IReadOnlyList<string> Kinds => ["unclip-conditioning"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        JsonElement config = golden.Config;
        UnclipConditioning conditioning = new(config.GetProperty("num_train_timesteps").GetInt32(), config.GetProperty("max_beta").GetDouble());
        int level = config.GetProperty("noise_level").GetInt32();
        Tensor mean = golden.Input("normalizer_mean"), deviation = golden.Input("normalizer_std");
        Tensor labels = conditioning.Labels(golden.Input("image_embeds"), golden.Input("noise"), mean, deviation, level);
        Tensor? negative = golden.HasInput("negative_image_embeds")
            ? conditioning.Labels(golden.Input("negative_image_embeds"), golden.Input("negative_noise"), mean, deviation)
            : null;
        bool guided = !config.TryGetProperty("guidance", out JsonElement guidance) || guidance.GetBoolean();
        report.Compare("class_labels", guided ? UnclipConditioning.Guided(labels, negative) : labels);
        report.Compare("alpha_bar_level", conditioning.Kept[level]);
        report.Compare("betas_first10", [.. conditioning.Betas.Take(10)]);
        report.Compare("betas_last10", [.. conditioning.Betas.TakeLast(10)]);
    }
}
