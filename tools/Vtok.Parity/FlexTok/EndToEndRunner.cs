using System.Globalization;
using System.Text.Json;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;

namespace Vtok.Parity.FlexTok;

/// <summary>Pictures to ids, and prefixes of them back to pictures.</summary>
internal sealed class EndToEndRunner : ICaseRunner
{
    private const string LatentPrefix = "latents.";

    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["end-to-end"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using FlexTokTokenizer tokenizer = Published.Tokenizer(Published.Config(golden), golden.Weights);
        JsonElement settings = golden.Config.GetProperty("_sampler");
        FlexTokNetwork network = tokenizer.Network;
        Tensor latents = network.Autoencoder.Encode(golden.Input("rgb"), golden.HasInput("posterior_noise") ? golden.Input("posterior_noise") : null);
        Tensor features = network.Encoder.call(latents);
        using var quantizer = network.CreateQuantizer();
        Tensor ids = quantizer.Encode(features);
        report.Compare("vae_latents", latents);
        report.Compare("enc_latents", features);
        report.Compare("ids", ids);
        foreach (string name in golden.OutputNames.Where(name => name.StartsWith(LatentPrefix, StringComparison.Ordinal)))
        {
            string count = name[LatentPrefix.Length..];
            Tensor prefix = ids.narrow(1, 0, int.Parse(count, CultureInfo.InvariantCulture));
            var sampler = new RectifiedFlowSampler(settings.GetProperty("timesteps").GetInt32());
            Tensor clean = tokenizer.Sample(tokenizer.Codes(prefix), golden.Input("flow_noise"), sampler, Published.Guidance(settings));
            report.Compare(name, clean);
            report.Compare("image." + count, network.Autoencoder.Decode(clean));
        }
    }
}
