using System.Security.Cryptography;
using Vtok.Models;
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
        // Before the crops, which may take minutes, so that a weight file that is wrong is told at once.
        (RefinementDecoder decoder, RefinementLoss loss) = TensorHold.Over(() =>
        {
            int planes = RefinementPlanes.Count(config);
            RefinementDecoder network = settings.StartFrom is { } head
                ? RecipeFiles.Read("settings.startFrom", head, look => RefinementHeads.Load(source, look, planes, device))
                : new RefinementDecoder(planes, new RefinementConfig { Widths = settings.Widths }, (ulong)run.Recipe.Seed, device);
            network.Checkpointing = settings.Checkpointing;
            BatchMean whole = run.Collective.Whole();
            return (network, settings.Look == "vivid" ? VividLoss.Load(run.Recipe, settings, whole, network.LastLayer, device) : (RefinementLoss)new FaithfulLoss(settings, whole, device));
        });
        RefinementData data = run.Collective.LeadFirst(() => RefinementData.Load(run, settings, BooksDigest(codebooks), codebooks), "crops and tokens");

        using RefinementTask task = TensorHold.Over(() => new RefinementTask(run.Recipe, settings, data, loss, decoder, device));
        return new TrainingLoop(run, task).Run();
    }

    public override void Export(Recipe recipe, string best, string folder)
    {
        var settings = (RefinementSettings)recipe.Settings;
        ResidualConfig config = ResidualConfig.Parse(ModelFolder.ReadConfig(settings.Model).Root);
        using RefinementDecoder decoder = TensorHold.Over(() =>
            new RefinementDecoder(RefinementPlanes.Count(config), new RefinementConfig { Widths = settings.Widths }));
        using SafetensorsFile weights = SafetensorsFile.OpenWhole(best);
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
