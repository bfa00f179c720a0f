using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;
using Vtok.Training.Losses;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;
using Vtok.Training.Titok;

namespace Vtok.Parity.TitokTraining;

/// <summary>An update of network and discriminator in stage two or single-stage training, through the classes of the training tasks.</summary>
internal sealed class PixelTrainingRunner(string family) : ICaseRunner
{
    public string Family => family;

    public IReadOnlyList<string> Kinds => ["training-stage2", "training-single-stage"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using OneDPieceNetwork network = TrainingCase.Network(golden);
        IWeightSource weights = TrainingCase.LossWeights(golden);
        using Adversary adversarial = TrainingCase.Adversarial(golden, weights);
        using PictureDistance perceptual = PictureDistance.Of(TrainingCase.Perceptual(golden.Config, golden.Config.GetProperty("losses").GetProperty("perceptual_loss").GetString()!,
            new PrefixedWeights(weights, "perceptual_loss.")));
        OptimizerRecipe optimizer = TrainingCase.Optimizer(golden.Config);
        var objective = new PixelObjective(network, new GeneratorLoss(TrainingCase.PixelLoss(golden.Config), perceptual, adversarial, network.Config.Continuous));
        Func<string, Tensor, bool> decays = ParameterDecay.Of(network.Config.Nested);
        using var trainee = new Trainee(network, optimizer, decays);
        double rate = golden.Config.GetProperty("optimizer").GetProperty("params").GetProperty("discriminator_learning_rate").GetDouble();
        var opponent = new DiscriminatorOpponent(adversarial, optimizer, TrainingCase.Schedule(golden.Config, rate), decays);
        using var opponentTrainee = new Trainee(opponent.Model, opponent.Optimizer, opponent.Decays);
        TrainingCase.CompareDecayed(golden, "decayed", "", trainee.Decayed, report);
        TrainingCase.CompareDecayed(golden, "decayed_loss", "loss.", opponentTrainee.Decayed, report);

        Tensor pixels = golden.Input("pixels");
        long step = golden.Input("global_step").item<long>();
        PixelOutput output = objective.Run(pixels, step,
            golden.HasInput("tail_end_indices") ? TrainingCase.Lengths(golden.Input("tail_end_indices")[0].item<long>(), pixels) : null,
            golden.HasInput("noise") ? golden.Input("noise") : null,
            golden.HasInput("text_guidance") ? golden.Input("text_guidance") : null);
        opponent.Look(pixels, output.Reconstruction);
        var names = new TraineeReport(golden, report, trainee);
        Tensor total = trainee.Backward(output.Terms);
        names.Gradients();
        Tensor norm = trainee.Update(TrainingCase.Schedule(golden.Config, optimizer.LearningRate).At(0));
        report.Compare("reconstruction", output.Reconstruction);
        report.Compare("gen.grad_norm", norm);
        LossReport.Generator(golden, report, "gen.", output.Terms, total, adversarial, step);
        bool frozen = network.named_parameters().First(p => p.name == "latent_tokens").parameter.grad is null;
        report.Compare("frozen_grad_none", frozen ? 1 : 0);

        IReadOnlyList<LossTerm> replies = opponent.Losses(step);
        var opponentNames = new TraineeReport(golden, report, opponentTrainee, "loss.");
        Tensor reply = opponentTrainee.Backward(replies);
        opponentNames.Gradients();
        report.Compare("disc.grad_norm", opponentTrainee.Update(opponent.LearningRateAt(adversarial.Settings.Start)));
        LossReport.Discriminator(golden, report, "disc.", replies, reply);
        names.Weights();
        opponentNames.Weights();
    }
}
