using System.Globalization;
using Vtok.Models.Weights;
using Vtok.Training.Recipes;

namespace Vtok.Training.Runs;

/// <summary>Checkpoints of a run: one safetensors file each, written under a temporary name, flushed and renamed.</summary>
internal static class TrainingCheckpoint
{
    private const int Kept = 2;

    /// <summary>Saves the state and removes all but the newest checkpoints.</summary>
    public static void Save(string folder, TrainingState state, Recipe recipe)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, $"step-{state.Step:D9}.safetensors"), state.Tensors(), new Dictionary<string, string>
        {
            ["step"] = state.Step.ToString(CultureInfo.InvariantCulture),
            ["seconds"] = state.Seconds.ToString("R", CultureInfo.InvariantCulture),
            ["best"] = state.BestScore.ToString("R", CultureInfo.InvariantCulture),
            ["recipe"] = recipe.Json,
        });
        foreach (string old in Newest(folder).Skip(Kept))
            File.Delete(old);
    }

    /// <summary>Restores the newest checkpoint that is whole.</summary>
    /// <param name="folder">Folder of the checkpoints; may be absent.</param>
    /// <param name="state">Filled in place.</param>
    /// <param name="say">Told about damaged checkpoints that were passed over.</param>
    /// <returns>The recipe that the checkpoint was made with, or null when there is no checkpoint.</returns>
    /// <exception cref="CheckpointException">A whole checkpoint is of another model.</exception>
    public static string? Resume(string folder, TrainingState state, Action<string>? say)
    {
        foreach (string path in Newest(folder))
        {
            SafetensorsFile file;
            try
            {
                file = SafetensorsFile.Open(path);
            }
            catch (CheckpointException e)
            {
                say?.Invoke($"passed over a damaged checkpoint: {e.Message}");
                continue;
            }
            using (file)
            {
                Restore(file, state, Path.GetFileName(path));
                return file.Metadata["recipe"];
            }
        }
        return null;
    }

    private static void Restore(SafetensorsFile file, TrainingState state, string name)
    {
        Dictionary<string, Tensor> targets = state.Tensors();
        string? stranger = file.Entries.Keys.FirstOrDefault(key => !targets.ContainsKey(key))
            ?? targets.Keys.FirstOrDefault(key => !file.Entries.TryGetValue(key, out TensorEntry? entry) || !entry.Shape.SequenceEqual(targets[key].shape));
        if (stranger is not null)
            throw new CheckpointException(CheckpointError.Mismatch,
                $"{name}: does not fit the recipe's model at \"{stranger}\"; use another run folder, or the recipe that this run was started with");
        using (no_grad())
        using (NewDisposeScope())
            foreach ((string key, Tensor target) in targets)
                target.copy_(file[key]);
        state.Step = long.Parse(file.Metadata["step"], CultureInfo.InvariantCulture);
        state.Seconds = double.Parse(file.Metadata["seconds"], CultureInfo.InvariantCulture);
        state.BestScore = double.Parse(file.Metadata["best"], CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Newest(string folder) => Directory.Exists(folder)
        ? Directory.GetFiles(folder, "step-*.safetensors").OrderDescending(StringComparer.Ordinal)
        : [];
}
