using Vtok.Models.OneDPiece;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;
using Vtok.Training.Losses;
using Vtok.Training.Tasks;
using Vtok.Training.Titok;

namespace Vtok.Parity.TitokTraining;

/// <summary>Terms of network and discriminator on given reconstructions, around the discriminator's start.</summary>
internal sealed class LossesRunner(string family) : ICaseRunner
{
    public string Family => family;

    public IReadOnlyList<string> Kinds => ["losses-stage2"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        IWeightSource weights = TrainingCase.LossWeights(golden);
        using Adversary adversarial = TrainingCase.Adversarial(golden, weights);
        using PictureDistance perceptual = PictureDistance.Of(TrainingCase.Perceptual(golden.Config, golden.Config.GetProperty("losses").GetProperty("perceptual_loss").GetString()!,
            new PrefixedWeights(weights, "perceptual_loss.")));
        PixelLossSettings settings = TrainingCase.PixelLoss(golden.Config);
        var loss = new GeneratorLoss(settings, perceptual, adversarial, golden.HasInput("posterior_parameters"));
        long[] steps = golden.Input("global_steps").data<long>().ToArray();
        for (int i = 0; i < steps.Length; i++)
        {
            Tensor pictures = golden.Input($"images_{i}"), reconstruction = golden.Input($"reconstructions_{i}").clone().requires_grad_();
            IReadOnlyList<LossTerm> terms = loss.Terms(pictures, reconstruction, Bottleneck(golden, settings), steps[i]);
            Tensor total = LossTerm.Sum(terms);
            total.backward();
            LossReport.Generator(golden, report, $"gen{i}.", terms, total, adversarial, steps[i]);
            report.Compare($"gen{i}.grad_reconstruction", reconstruction.grad!);
            if (adversarial.DiscriminatorTerms(pictures, reconstruction, steps[i]) is { Count: > 0 } replies)
                Discriminator(golden, report, $"disc{i}.", adversarial, replies);
        }
    }

    private static void Discriminator(GoldenCase golden, CaseReport report, string prefix, Adversary adversarial, IReadOnlyList<LossTerm> replies)
    {
        foreach (TorchSharp.Modules.Parameter parameter in adversarial.parameters())
            parameter.grad = null;
        Tensor total = LossTerm.Sum(replies);
        total.backward();
        LossReport.Discriminator(golden, report, prefix, replies, total);
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in adversarial.named_parameters())
            if ($"{prefix}grad_{name.Replace("discriminator.", "", StringComparison.Ordinal)}" is var key && golden.HasExpected(key))
                report.Compare(key, parameter.grad!);
        report.Compare(prefix + "ema_real_after", adversarial.RealMean);
        report.Compare(prefix + "ema_fake_after", adversarial.FakeMean);
    }

    private static IReadOnlyList<LossTerm> Bottleneck(GoldenCase golden, PixelLossSettings settings)
    {
        if (golden.HasInput("posterior_parameters"))
        {
            using DiagonalGaussian gaussian = new(golden.Input("posterior_parameters"));
            return BottleneckTerms.Of(gaussian, settings.DivergenceWeight);
        }
        return
        [
            new("quantizer", golden.Input("quantizer_loss").clone(), settings.QuantizerWeight),
            new("commitment", golden.Input("commitment_loss").clone(), 0),
            new("codebook", golden.Input("codebook_loss").clone(), 0),
        ];
    }
}
