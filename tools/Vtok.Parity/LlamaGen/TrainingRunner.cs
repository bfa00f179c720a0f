using System.Globalization;
using System.Text.Json;
using Vtok.Models.Discriminators;
using Vtok.Models.LlamaGen;
using Vtok.Models.Perceptual;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;
using Vtok.Parity.TitokTraining;
using Vtok.Training.LlamaGen;
using Vtok.Training.Losses;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Parity.LlamaGen;

/// <summary>Updates of network and discriminator through the classes of the training task: loss terms, gradients, weights, averages and statistics.</summary>
internal sealed class TrainingRunner : ICaseRunner
{
    public string Family => "llamagen";

    public IReadOnlyList<string> Kinds => ["training"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        JsonElement training = golden.Config.GetProperty("training");
        double Number(string name) => training.GetProperty(name).GetDouble();
        using LlamaGenNetwork network = new(PublishedConfig.Read(ModelConfig.FromJson(golden.Config)));
        LlamaGenStart.Fill(network, new PrefixedWeights(golden.Weights, "model."));
        using Adversary adversary = Adversary(training);
        WeightLoader.Load(adversary.Discriminator, new PrefixedWeights(golden.Weights, "discriminator."));
        int[] widths = [.. training.GetProperty("vgg_channels").EnumerateArray().Select(width => width.GetInt32())];
        using PictureDistance distance = Distance(new PrefixedWeights(golden.Weights, "perceptual_loss."), widths);
        OptimizerRecipe optimizer = new()
        {
            LearningRate = Number("lr"), Beta1 = Number("beta1"), Beta2 = Number("beta2"), Epsilon = 1e-8, WeightDecay = 0, Clip = Number("max_grad_norm"),
        };
        var constant = new TickSchedule { Rate = optimizer.LearningRate, Total = 1, Cosine = false };
        var opponent = new DiscriminatorOpponent(adversary, optimizer, constant, (_, _) => true);
        using var trainee = new Trainee(network, optimizer, (_, _) => true);
        using var rival = new Trainee(adversary, optimizer, (_, _) => true);
        using var average = new ExponentialAverage(network, new AverageDecay { Most = 0.9999, Least = 0.9999, After = -1 });
        var objective = new LlamaGenObjective(network, new LlamaGenLossSettings
        {
            Squared = training.GetProperty("reconstruction_loss").GetString() == "l2",
            ReconstructionWeight = Number("reconstruction_weight"),
            PerceptualWeight = Number("perceptual_weight"),
        }, distance, adversary);
        network.train();

        for (int i = 0; i < training.GetProperty("steps").GetInt32(); i++)
        {
            long step = training.GetProperty("first_step").GetInt64() + i;
            string number = i.ToString(CultureInfo.InvariantCulture);
            Tensor pictures = golden.Input("x" + number);
            GridOutput output = objective.Run(pictures, objective.Vectors(pictures), step);
            opponent.Look(pictures, output.Reconstruction);
            Tensor total = trainee.Backward(output.Terms);
            Tensor reply = rival.Backward(opponent.Losses(step));
            Tensor norm = trainee.Update(constant.At(i)), rivalNorm = rival.Update(constant.At(i));
            if (i == 0)
            {
                report.Compare("rec0", output.Reconstruction);
                Compare(golden, report, "grad.model.", network, parameter => parameter.grad!);
                Compare(golden, report, "grad.discriminator.", adversary.Discriminator, parameter => parameter.grad!);
            }
            average.Update(i);
            Tensor Term(string name) => output.Terms.FirstOrDefault(term => term.Name == name)?.Value ?? zeros([]);
            report.Compare("rec_loss" + number, Term("reconstruction"));
            report.Compare("perceptual" + number, Term("perceptual"));
            report.Compare("vq_loss" + number, Term("codebook"));
            report.Compare("commit_loss" + number, Term("commitment"));
            report.Compare("entropy_loss" + number, Term("entropy"));
            report.Compare("usage" + number, ((VectorQuantizer)network.Quantizer).RecentUsage());
            report.Compare("loss_gen" + number, total);
            report.Compare("loss_disc" + number, reply);
            bool clips = optimizer.Clip > 0; // published: without clipping no norm is taken
            report.Compare("grad_norm_gen" + number, clips ? norm : zeros([]));
            report.Compare("grad_norm_disc" + number, clips ? rivalNorm : zeros([]));
        }
        Compare(golden, report, "after.model.", network, parameter => parameter);
        Compare(golden, report, "after.discriminator.", adversary.Discriminator, parameter => parameter);
        foreach ((string name, Tensor value) in average.Entries.Where(entry => golden.HasExpected("after.ema." + entry.Name)))
            report.Compare("after.ema." + name, value);
    }

    private static Adversary Adversary(JsonElement training)
    {
        AdversarialForm form = training.GetProperty("disc_loss").GetString() switch
        {
            "hinge" => AdversarialForm.Hinge,
            "vanilla" => AdversarialForm.Vanilla,
            _ => AdversarialForm.Swapped, // what is published as non-saturating
        };
        AdversarialForm answer = training.GetProperty("gen_loss").GetString() == "hinge" ? AdversarialForm.Hinge : AdversarialForm.Swapped;
        return new Adversary(new PatchDiscriminator(new PatchDiscriminatorConfig
        {
            Channels = training.GetProperty("ndf").GetInt32(),
            Layers = training.GetProperty("n_layers").GetInt32(),
        }), LlamaGenSettings.PublishedAdversary with
        {
            DiscriminatorForm = form,
            GeneratorForm = answer,
            Start = training.GetProperty("disc_start").GetInt64(),
            Factor = training.GetProperty("disc_weight").GetDouble(),
            Adaptive = training.GetProperty("disc_adaptive_weight").GetBoolean(),
            RunsBeforeStart = true,
        });
    }

    private static PictureDistance Distance(IWeightSource weights, int[] widths)
    {
        LpipsVgg network = LpipsVgg.Load(weights, widths: widths);
        return new PictureDistance(network.call, network);
    }

    // Parameters, and after the last step the statistics of batch norm as well.
    private static void Compare(GoldenCase golden, CaseReport report, string prefix, nn.Module module, Func<Tensor, Tensor> read)
    {
        foreach ((string name, Tensor value) in module.state_dict().Where(pair => golden.HasExpected(prefix + pair.Key)))
            report.Compare(prefix + name, read(value));
    }
}
