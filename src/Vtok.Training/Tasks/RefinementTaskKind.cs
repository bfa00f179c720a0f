using System.Security.Cryptography;
using Vtok.Models.Residual;
using Vtok.Models.Weights;
using Vtok.Torch;
using Vtok.Training.Collectives;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Tasks;

/// <summary>"residual-refine": stage B of the residual tokenizer.</summary>
internal sealed class RefinementTaskKind : TaskKind
{
    public override string Name => "residual-refine";

    public override object ReadSettings(RecipeSection section) => RefinementSettings.Read(section);

    public override TrainingOutcome Run(TrainingRun run)
    {
        var settings = (RefinementSettings)run.Recipe.Settings;
        Device device = run.Device ?? CPU;
        const string place = "settings.model";
        using SafetensorsFile source = RecipeFiles.Read(place, settings.Model, folder => SafetensorsFile.Open(Path.Combine(folder, "model.safetensors")));
        ResidualConfig config = RecipeFiles.Read(place, settings.Model, folder => ResidualConfig.Parse(ModelFolder.ReadConfig(folder).Root));
        ResidualCodebooks codebooks = RecipeFiles.Read(place, settings.Model, _ => TensorHold.Over(() => ResidualCodebooks.Load(config, source, device)));
        RefinementData data = run.Collective.LeadFirst(() => RefinementData.Load(run, settings, BooksDigest(codebooks), codebooks), "crops and tokens");

        using RefinementTask task = TensorHold.Over(() =>
        {
            int planes = RefinementPlanes.Count(config);
            RefinementDecoder decoder = settings.StartFrom is { } head
                ? RefinementHeads.Load(source, head, planes, device)
                : new RefinementDecoder(planes, new RefinementConfig { Widths = settings.Widths }, (ulong)run.Recipe.Seed, device);
            decoder.Checkpointing = settings.Checkpointing;
            RefinementLoss loss = settings.Look == "vivid" ? VividLoss.Load(run.Recipe, settings, decoder.LastLayer, device) : new FaithfulLoss(settings, device);
            return new RefinementTask(run.Recipe, settings, data, loss, decoder, device);
        });
        return new TrainingLoop(run, task).Run();
    }

    public override void Export(Recipe recipe, string best, string folder)
    {
        var settings = (RefinementSettings)recipe.Settings;
        ResidualConfig config = ResidualConfig.Parse(ModelFolder.ReadConfig(settings.Model).Root);
        using RefinementDecoder decoder = TensorHold.Over(() =>
            new RefinementDecoder(RefinementPlanes.Count(config), new RefinementConfig { Widths = settings.Widths }));
        using SafetensorsFile weights = SafetensorsFile.Open(best);
        TrainingLoop.LoadWeights(decoder, weights);
        RefinementExport.Write(settings.Model, folder, settings.Look, decoder);
    }

    private static string BooksDigest(ResidualCodebooks codebooks)
    {
        using DisposeScope scope = NewDisposeScope();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((_, Tensor tensor) in codebooks.ToTensors().OrderBy(pair => pair.Key, StringComparer.Ordinal))
            digest.AppendData(tensor.contiguous().bytes);
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
