using Vtok.Data;
using Vtok.Models.LlamaGen;
using Vtok.Models.Weights;
using Vtok.Torch;
using Vtok.Training.Collectives;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.LlamaGen;

/// <summary>"llamagen-tokenizer": a convolutional grid tokenizer with any quantizer.</summary>
internal sealed class LlamaGenTaskKind : TaskKind
{
    public override string Name => "llamagen-tokenizer";

    public override object ReadSettings(RecipeSection section) => LlamaGenSettings.Read(section);

    public override TrainingOutcome Run(TrainingRun run)
    {
        var settings = (LlamaGenSettings)run.Recipe.Settings;
        Device device = run.Device ?? CPU;
        (ISampleSource source, Tensor? held) = HeldOut.Split(run, settings.HoldOut, settings.HoldOutMost, settings.ValidationSide, settings.ValidateEvery);
        using var pictures = new PictureBatches(source, run.Collective.Share(settings.Pictures.Squares(run.Recipe, settings.Side, settings.LeastShare)), run.Say)
        {
            DecodeFirst = settings.Pictures.DecodeFirst,
        };
        HeldOutPictures? measured = held is null ? null : new HeldOutPictures(held, ReconstructionMeter.OpenJudge(settings.Judge, device, run.Say), device);
        using LlamaGenTask task = TensorHold.Over(() => new LlamaGenTask(run.Recipe, settings, LlamaGenStart.Network(run.Recipe, settings, device),
            settings.Loss.PerceptualWeight > 0 ? PictureDistance.Open(settings.Distance, device) : null, LlamaGenStart.Adversary(run.Recipe, settings, device), pictures.Read, measured, run.Collective, device) { Reader = pictures });
        return new TrainingLoop(run, task).Run();
    }

    public override void Export(Recipe recipe, string best, string folder)
    {
        using var network = new LlamaGenNetwork(((LlamaGenSettings)recipe.Settings).Network);
        using SafetensorsFile weights = SafetensorsFile.OpenWhole(best);
        TrainingLoop.LoadWeights(network, weights);
        LlamaGenTask.Export(network, folder);
    }
}
