using System.Globalization;
using System.Text.Json;
using Vtok.Models.Discriminators;
using Vtok.Models.Weights;

namespace Vtok.Parity.LlamaGen;

/// <summary>Both discriminators: logits, losses and gradients, each on a fresh copy, since a training pass changes the statistics.</summary>
internal sealed class DiscriminatorRunner : ICaseRunner
{
    private const string HingeGradient = "grad.hinge.", After = "after.";

    public string Family => "llamagen";

    public IReadOnlyList<string> Kinds => ["discriminator"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        Evaluate(golden, report);
        Generator(golden, report, "gen_hinge", AdversarialLoss.GeneratorHinge);
        Generator(golden, report, "gen_non_saturating", AdversarialLoss.GeneratorNonSaturating);
        Discriminator(golden, report);
    }

    private static void Evaluate(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using nn.Module<Tensor, Tensor> network = Create(golden.Config);
        WeightLoader.Load(network, golden.Weights);
        network.eval();
        report.Compare("logits_real_eval", network.call(golden.Input("real")));
    }

    private static void Generator(GoldenCase golden, CaseReport report, string name, Func<Tensor, Tensor> lossOf)
    {
        using nn.Module<Tensor, Tensor> network = Fresh(golden);
        Tensor fake = golden.Input("fake").clone().requires_grad_(true);
        Tensor logits = network.call(fake), loss = lossOf(logits);
        loss.backward();
        report.Compare("logits_fake_train", logits);
        report.Compare(name, loss);
        report.Compare("grad.fake." + name, fake.grad!);
    }

    private static void Discriminator(GoldenCase golden, CaseReport report)
    {
        using nn.Module<Tensor, Tensor> network = Fresh(golden);
        Tensor real = network.call(golden.Input("real")), fake = network.call(golden.Input("fake"));
        Tensor hinge = AdversarialLoss.DiscriminatorHinge(real, fake);
        hinge.backward();
        report.Compare("logits_real_train", real);
        report.Compare("logits_fake_train_after_real", fake);
        report.Compare("disc_hinge", hinge);
        report.Compare("disc_vanilla", AdversarialLoss.DiscriminatorVanilla(real, fake));
        report.Compare("disc_non_saturating", AdversarialLoss.DiscriminatorNonSaturating(real, fake));
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            if (golden.HasExpected(HingeGradient + name))
                report.Compare(HingeGradient + name, parameter.grad!);
        foreach ((string name, Tensor buffer) in network.named_buffers())
            if (golden.HasExpected(After + name))
                report.Compare(After + name, buffer);
    }

    // Copied, not taken over: what a training pass writes must not reach the next copy.
    private static nn.Module<Tensor, Tensor> Fresh(GoldenCase golden)
    {
        using IDisposable quiet = no_grad();
        nn.Module<Tensor, Tensor> network = Create(golden.Config);
        foreach ((string name, Tensor target) in network.state_dict())
            target.copy_(golden.Weights[name]);
        network.train();
        return network;
    }

    private static nn.Module<Tensor, Tensor> Create(JsonElement config) => config.GetProperty("disc_type").GetString() switch
    {
        "patchgan" => Patch(config),
        "stylegan" => Style(config),
        string other => throw new NotSupportedException($"disc_type \"{other}\", expected patchgan or stylegan"),
        null => throw new NotSupportedException("disc_type null, expected patchgan or stylegan"),
    };

    private static PatchDiscriminator Patch(JsonElement config) => new(new PatchDiscriminatorConfig
    {
        PictureChannels = config.GetProperty("input_nc").GetInt32(),
        Channels = config.GetProperty("ndf").GetInt32(),
        Layers = config.GetProperty("n_layers").GetInt32(),
        ActNorm = config.TryGetProperty("use_actnorm", out JsonElement flag) && flag.GetBoolean(),
    });

    private static StyleDiscriminator Style(JsonElement config) => new(new StyleDiscriminatorConfig
    {
        PictureSide = config.GetProperty("image_size").GetInt32(),
        PictureChannels = config.GetProperty("input_nc").GetInt32(),
        Channels = config.GetProperty("channels").EnumerateObject().ToDictionary(row => int.Parse(row.Name, CultureInfo.InvariantCulture), row => row.Value.GetInt32()),
    });
}
