using System.Text.Json;
using Vtok.Data;
using Vtok.Imaging;
using Vtok.Models.Residual;
using Vtok.Models.Weights;
using Vtok.Training.Data;
using Vtok.Training.Recipes;
using Vtok.Training.Residual;
using Vtok.Training.Runs;

namespace Vtok.Training.Tasks;

/// <summary>"residual-fit": stage A of the residual tokenizer, without gradients. The result is a whole model with the look "linear".</summary>
/// <remarks>Steps, batch, optimizer and schedule of the recipe have no meaning here. It is over in minutes and is not resumed.</remarks>
internal sealed class ResidualFitTaskKind : TaskKind
{
    public override string Name => "residual-fit";

    public override object ReadSettings(RecipeSection section)
    {
        var recipe = new ResidualFitRecipe
        {
            Config = new ResidualConfig { Codes = section.Integer("codes", 4096, 2, 65536) },
            Views = section.Integer("views", 4, 1, 100),
            MinShare = section.Number("minShare", 0.75, 0.1, 1),
            Samples = section.Integer("samples", 160_000, 1, 100_000_000),
            Rounds = section.Integer("rounds", 6, 1, 1000),
            Reselect = section.Flag("reselect", true),
        };
        if (recipe.Samples < 2 * recipe.Config.Codes)
            section.Fault("samples", $"{recipe.Samples}, expected at least twice the {recipe.Config.Codes} codes");
        return recipe;
    }

    public override TrainingOutcome Run(TrainingRun run)
    {
        ResidualFitRecipe recipe = (ResidualFitRecipe)run.Recipe.Settings with { Seed = (ulong)run.Recipe.Seed };
        if (run.InitFrom is not null)
            throw new RecipeException(RecipeError.Unavailable, "a fit has no weights to start from: leave --init-from out");
        if (run.Collective.World > 1)
            throw new RecipeException(RecipeError.Unavailable, "a fit runs in one process: start it without a launcher (its threads use the whole machine)");
        if (run.Data is not { } folder)
            throw new RecipeException(RecipeError.Unavailable, "this task needs pictures: --data FOLDER");
        using ISampleSource source = TrainingPictures.Open(folder);
        run.Recipe.Save(run.Folder);
        try
        {
            using ResidualCodebooks books = ResidualFitter.Fit(recipe, source, new VipsImageCodec(), new Lines(run.Say), run.Stop);
            using DisposeScope scope = NewDisposeScope();
            string model = Path.Combine(run.Folder, "model");
            ModelFolder.Save(model, ModelConfig.FromJson(JsonSerializer.SerializeToUtf8Bytes(recipe.Config.ToJson())), books.ToTensors());
            return new TrainingOutcome(TrainingEnd.Finished, 0, $"fitted: {model}");
        }
        catch (OperationCanceledException)
        {
            return new TrainingOutcome(TrainingEnd.Interrupted, 0, "interrupted; a fit begins anew");
        }
    }

    /// <summary>Passes lines on at once, on the thread that reports them.</summary>
    private sealed class Lines(Action<string>? say) : IProgress<string>
    {
        public void Report(string value) => say?.Invoke(value);
    }
}
