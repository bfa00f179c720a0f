using Vtok.Models.OneDPiece;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;
using Vtok.Training.Titok;

namespace Vtok.Parity.TitokTraining;

/// <summary>Updates of stage one: losses, gradients, clip, AdamW, schedule and average, through the classes of the training task.</summary>
internal sealed class StageOneTrainingRunner(string family) : ICaseRunner
{
    private const double AverageDecayDefault = 0.999;

    public string Family => family;

    public IReadOnlyList<string> Kinds => ["training-stage1"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using OneDPieceNetwork network = TrainingCase.Network(golden);
        OptimizerRecipe optimizer = TrainingCase.Optimizer(golden.Config);
        var objective = new StageOneObjective(network, TrainingCase.Number(golden.Config, "losses", "quantizer_weight", 1));
        using var trainee = new Trainee(network, optimizer, ParameterDecay.Of(network.Config.Nested));
        var decay = new AverageDecay { Most = TrainingCase.Number(golden.Config, "training", "ema_decay", AverageDecayDefault) };
        using var average = new ExponentialAverage(network, decay);
        TrainingCase.CompareDecayed(golden, "decayed", "", trainee.Decayed, report);
        ILearningRate schedule = TrainingCase.Schedule(golden.Config, optimizer.LearningRate);
        long[]? ends = golden.HasInput("tail_end_indices") ? golden.Input("tail_end_indices").data<long>().ToArray() : null;
        var names = new TraineeReport(golden, report, trainee);

        int updates = 0;
        while (updates == 0 || golden.HasExpected($"total_loss_{updates}"))
        {
            string suffix = golden.HasExpected("total_loss") ? "" : $"_{updates}";
            int length = ends is null ? network.Config.LatentTokens : (int)ends[updates];
            StageOneOutput output = objective.Run(golden.Input("pixels"), golden.Input("proxy_codes"), TrainingCase.Lengths(length, golden.Input("pixels")));
            Tensor total = trainee.Backward(output.Terms);
            if (updates == 0)
                names.Gradients();
            Tensor norm = trainee.Update(schedule.At(updates));
            average.Update(updates);

            Dictionary<string, Tensor> found = new()
            {
                ["total_loss"] = total,
                ["logits"] = output.Logits,
                ["min_encoding_indices"] = output.Ids!.unsqueeze(1),
                ["grad_norm"] = norm,
                ["lr"] = schedule.At(updates),
                ["ema_decay"] = decay.At(updates),
            };
            foreach (LossTerm term in output.Terms)
                found[term.Name == "cross-entropy" ? "reconstruction_loss" : term.Name + "_loss"] = term.Weight == 0 ? term.Value : term.Value * term.Weight;
            foreach ((string name, Tensor value) in found.Where(pair => golden.HasExpected(pair.Key + suffix)))
                report.Compare(name + suffix, value);
            updates++;
        }
        names.Weights();
        foreach ((string name, Tensor value) in average.Entries)
            if (golden.HasExpected("ema." + name))
                report.Compare("ema." + name, value);
    }
}
