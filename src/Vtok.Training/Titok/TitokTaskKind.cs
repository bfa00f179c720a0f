using Vtok.Data;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;
using Vtok.Torch;
using Vtok.Training.Collectives;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>"titok-stage1", "titok-stage2" and "titok-single-stage": the training of TiTok and One-D-Piece.</summary>
internal sealed class TitokTaskKind(string name, OneDPieceForm form) : TaskKind
{
    public override string Name => name;

    public override object ReadSettings(RecipeSection section) => TitokSettings.Read(section, form);

    public override TrainingOutcome Run(TrainingRun run)
    {
        var settings = (TitokSettings)run.Recipe.Settings;
        if (run.Data is not { } folder)
            throw new RecipeException(RecipeError.Unavailable, "this task needs pictures: --data FOLDER");
        Device device = run.Device ?? CPU;
        int side = settings.Network.CropSize;
        PictureText? text = settings.Network.Text is { } shape ? new PictureText(shape, settings.Text) : null;
        using var pictures = new PictureBatches(text?.Open(folder) ?? TrainingPictures.Open(folder), run.Collective.Share(settings.Pictures.ShorterSide(run.Recipe, side)), run.Say)
        {
            DecodeFirst = settings.Pictures.DecodeFirst,
            Text = text is null ? null : batch => text.Read(batch.Keys, batch.Features),
        };
        HeldOutPictures? held = run.Validation is { } validation ? Held(run, settings, validation, device) : null;
        OneDPieceNetwork network = TensorHold.Over(() => TitokStart.Network(run.Recipe, settings, device));
        using TitokTask task = TensorHold.Over<TitokTask>(() => form == OneDPieceForm.StageOne
            ? new TitokStageOneTask(run.Recipe, settings, network, TitokStart.Proxy(settings, device), pictures.Read, held, device)
            : Pixels(run.Recipe, settings, network, pictures, held, device));
        task.Reader = pictures;
        if (settings.Codebook is { } codebook)
            task.Health = new CodebookHealth(network.Quantizer!, codebook, run.Recipe, settings.Network.LatentTokens, run.Collective, device);
        return new TrainingLoop(run, task).Run();
    }

    public override void Export(Recipe recipe, string best, string folder)
    {
        var settings = (TitokSettings)recipe.Settings;
        using var network = new OneDPieceNetwork(settings.Network);
        using SafetensorsFile weights = SafetensorsFile.OpenWhole(best);
        TrainingLoop.LoadWeights(network, weights);
        using ProxyTokenizer? proxy = form == OneDPieceForm.StageOne ? TitokStart.Proxy(settings, CPU) : null;
        TitokTask.Export(network, folder, proxy);
    }

    private static HeldOutPictures Held(TrainingRun run, TitokSettings settings, string data, Device device)
    {
        var samples = new List<Sample>();
        PictureText? text = settings.Network.Text is { } shape ? new PictureText(shape, settings.ValidationText) : null;
        using ISampleSource source = text?.Open(data) ?? TrainingPictures.Open(data);
        Tensor squares = ValidationPictures.Load(source, settings.Network.CropSize, settings.ValidateEvery, run.Say, samples);
        return new HeldOutPictures(squares, ReconstructionMeter.OpenJudge(settings.Judge, device, run.Say), device,
            text?.Read([.. samples.Select(sample => sample.Key)], [.. samples.Select(sample => sample.Features)]));
    }

    private TitokPixelTask Pixels(Recipe recipe, TitokSettings settings, OneDPieceNetwork network, PictureBatches pictures, HeldOutPictures? held, Device device)
    {
        PictureDistance? perceptual = settings.Loss.PerceptualWeight > 0 ? PictureDistance.Open(settings.Distance, device) : null;
        Adversary? adversarial = TitokStart.Adversarial(recipe, settings, device);
        return form == OneDPieceForm.TwoStage
            ? new TitokStageTwoTask(recipe, settings, network, perceptual, adversarial, pictures.Read, held, device)
            : new TitokSingleStageTask(recipe, settings, network, perceptual, adversarial, pictures.Read, held, device);
    }
}
