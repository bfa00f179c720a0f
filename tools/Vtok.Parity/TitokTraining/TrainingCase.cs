using System.Text.Json;
using Vtok.Models.Discriminators;
using Vtok.Models.OneDPiece;
using Vtok.Models.Perceptual;
using Vtok.Models.Weights;
using Vtok.Training.Losses;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Titok;

namespace Vtok.Parity.TitokTraining;

/// <summary>Reads the training sections of a case's published config.</summary>
internal static class TrainingCase
{
    private const string LossPrefix = "loss.";

    /// <summary>A member of a section as a number, or the published default.</summary>
    public static double Number(JsonElement config, string section, string member, double fallback) =>
        config.TryGetProperty(section, out JsonElement part) && part.TryGetProperty(member, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble() : fallback;

    /// <summary>The network with the case's weights, in training mode.</summary>
    public static OneDPieceNetwork Network(GoldenCase golden)
    {
        OneDPieceNetwork network = new(OneDPieceConfig.Read(ModelConfig.FromJson(golden.Config), golden.Weights.Entries));
        WeightLoader.Load(network, golden.Weights, ignore: name => name.StartsWith(LossPrefix, StringComparison.Ordinal) || name.StartsWith("proxy.", StringComparison.Ordinal));
        network.train();
        return network;
    }

    /// <summary>The same length for every picture of a batch.</summary>
    public static IReadOnlyList<int> Lengths(long length, Tensor pictures) => [.. Enumerable.Repeat((int)length, (int)pictures.size(0))];

    /// <summary>The loss module's tensors: under "loss." beside a network, alone under their own names.</summary>
    public static IWeightSource LossWeights(GoldenCase golden) =>
        new PrefixedWeights(golden.Weights, golden.Weights.Entries.Keys.Any(name => name.StartsWith(LossPrefix, StringComparison.Ordinal)) ? LossPrefix : "");

    public static BlurDiscriminatorConfig Discriminator(JsonElement config)
    {
        BlurDiscriminatorConfig published = new();
        return new BlurDiscriminatorConfig
        {
            HiddenChannels = (int)Number(config, "discriminator", "hidden_channels", published.HiddenChannels),
            Stages = (int)Number(config, "discriminator", "num_stages", published.Stages),
            NormGroups = (int)Number(config, "discriminator", "norm_groups", published.NormGroups),
            BlurKernel = (int)Number(config, "discriminator", "blur_kernel_size", published.BlurKernel),
            Blur = !config.TryGetProperty("discriminator", out JsonElement part) || !part.TryGetProperty("blur_resample", out JsonElement blur) || blur.GetBoolean(),
        };
    }

    /// <summary>The discriminator and LeCam's averages with the case's weights.</summary>
    public static Adversary Adversarial(GoldenCase golden, IWeightSource weights)
    {
        JsonElement config = golden.Config;
        AdversarialSettings published = new();
        Adversary loss = new(new BlurDiscriminator(Discriminator(config)), new AdversarialSettings
        {
            Start = (long)Number(config, "losses", "discriminator_start", published.Start),
            Factor = Number(config, "losses", "discriminator_factor", 1),
            Weight = Number(config, "losses", "discriminator_weight", published.Weight),
            LeCamWeight = Number(config, "losses", "lecam_regularization_weight", 0),
            LeCamDecay = Number(config, "losses", "lecam_ema_decay", published.LeCamDecay),
        });
        WeightLoader.Load(loss, weights, ignore: name => name.StartsWith("perceptual_loss.", StringComparison.Ordinal) || name == "logvar");
        return loss;
    }

    /// <summary>The perceptual loss of a name, with stand-ins of the case's widths.</summary>
    public static PerceptualMixture Perceptual(JsonElement config, string name, IWeightSource weights)
    {
        PerceptualMixtureConfig mixture = PerceptualMixtureConfig.Parse(name) ?? throw new NotSupportedException($"perceptual loss \"{name}\"");
        ConvNextConfig? convNext = config.TryGetProperty("convnext", out JsonElement stages) && stages.TryGetProperty("stages", out JsonElement list)
            ? new ConvNextConfig([.. list.EnumerateArray().Select(stage => (stage[0].GetInt32(), stage[2].GetInt32()))], stages.GetProperty("num_classes").GetInt32())
            : null;
        int[]? widths = config.TryGetProperty("vgg", out JsonElement vgg) && vgg.TryGetProperty("widths", out JsonElement row)
            ? [.. row.EnumerateArray().Select(width => width.GetInt32())] : null;
        PerceptualMixture loss = new(mixture, convNext, widths);
        WeightLoader.Load(loss, weights, ignore: _ => true); // beside the constants of the normalisation there may be parts that this mixture lacks
        return loss;
    }

    public static PixelLossSettings PixelLoss(JsonElement config) => new()
    {
        Squared = config.GetProperty("losses").GetProperty("reconstruction_loss").GetString() == "l2",
        ReconstructionWeight = Number(config, "losses", "reconstruction_weight", 1),
        PerceptualWeight = Number(config, "losses", "perceptual_weight", 1),
        QuantizerWeight = Number(config, "losses", "quantizer_weight", 1),
        DivergenceWeight = Number(config, "losses", "kl_weight", 1e-6),
        LogVariance = Number(config, "losses", "logvar_init", 0),
    };

    /// <summary>AdamW with the config's constants.</summary>
    public static OptimizerRecipe Optimizer(JsonElement config)
    {
        JsonElement parameters = config.GetProperty("optimizer").GetProperty("params");
        return new OptimizerRecipe
        {
            LearningRate = parameters.GetProperty("learning_rate").GetDouble(),
            Beta1 = parameters.GetProperty("beta1").GetDouble(),
            Beta2 = parameters.GetProperty("beta2").GetDouble(),
            Epsilon = 1e-8,
            WeightDecay = parameters.GetProperty("weight_decay").GetDouble(),
            Clip = Number(config, "training", "max_grad_norm", 0),
        };
    }

    /// <summary>The learning rate of each update: the config's schedule, or constant where it has none.</summary>
    public static ILearningRate Schedule(JsonElement config, double rate)
    {
        if (!config.TryGetProperty("lr_scheduler", out JsonElement scheduler))
            return new TickSchedule { Rate = rate, Total = 1, Cosine = false };
        JsonElement parameters = scheduler.GetProperty("params");
        long steps = (long)Number(config, "training", "max_train_steps", 0);
        return TickSchedule.Model(rate, parameters.GetProperty("end_lr").GetDouble(), parameters.GetProperty("warmup_steps").GetInt64(), steps)
            with { Cosine = scheduler.GetProperty("scheduler").GetString() == "cosine" };
    }

    /// <summary>Notes a difference between the parameters that decay here and those that the case lists.</summary>
    public static void CompareDecayed(GoldenCase golden, string member, string prefix, IEnumerable<string> decayed, CaseReport report)
    {
        if (!golden.Case.TryGetProperty(member, out JsonElement list))
            return;
        HashSet<string> expected = [.. list.EnumerateArray().Select(name => name.GetString()!)];
        HashSet<string> ours = [.. decayed.Select(name => prefix + name)];
        if (!expected.SetEquals(ours) && !expected.SetEquals(decayed))
            report.Fail($"{member}: [{string.Join(", ", ours.Except(expected))}] decay here only, [{string.Join(", ", expected.Except(ours))}] in the case only");
    }
}
