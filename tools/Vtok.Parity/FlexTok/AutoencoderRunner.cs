using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.FlexTok;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;

namespace Vtok.Parity.FlexTok;

/// <summary>The VAE with its factor, in files of diffusers (new and old names) and inside a tokenizer's.</summary>
internal sealed class AutoencoderRunner : ICaseRunner
{
    private const string WrappedPrefix = "vae.vae.";

    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["vae-encode-decode"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        var tree = new JsonObject
        {
            ["vae"] = JsonObject.Create(golden.Config.GetProperty("wrapper")),
            ["_autoencoder_kl"] = JsonObject.Create(golden.Config.GetProperty("autoencoder_kl")),
        };
        ModelConfig config = ModelConfig.FromJson(JsonSerializer.SerializeToElement(tree));
        var model = new LatentAutoencoder(FlexTokTree.ReadAutoencoder(config));
        string prefix = golden.Weights.Entries.Keys.Any(name => name.StartsWith(WrappedPrefix, StringComparison.Ordinal)) ? WrappedPrefix : "";
        WeightLoader.Load(model.Autoencoder, new PublishedWeights(golden.Weights, prefix));

        Tensor rgb = golden.Input("rgb");
        using DiagonalGaussian posterior = model.Autoencoder.Encode(rgb);
        report.Compare("mean", posterior.Mean);
        report.Compare("logvar", posterior.LogVariance);
        Tensor latents = model.Encode(rgb, golden.HasInput("noise") ? golden.Input("noise") : null, divergence => report.Compare("kl_loss", divergence));
        report.Compare("latents", latents);
        report.Compare("decoded", model.Decode(golden.Input("latents_to_decode")));
        report.Compare("reconst", model.Decode(latents));
    }
}
