using System.Globalization;
using System.Reflection;
using Vtok.Models.Weights;
using Vtok.Training.Recipes;

namespace Vtok.Training.Runs;

/// <summary>Checkpoints of a run: one safetensors file each, written under a temporary name, flushed and renamed.</summary>
internal static class TrainingCheckpoint
{
    private const string Prefix = "step-", Extension = ".safetensors", Damaged = ".damaged";

    /// <summary>Version of this code, with its commit where the build knows it.</summary>
    public static string CodeVersion { get; } =
        typeof(TrainingCheckpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Saves the state and removes the checkpoints that the recipe does not keep.</summary>
    /// <exception cref="CheckpointException">It cannot be written; the checkpoints before it are as they were.</exception>
    public static void Save(string folder, TrainingState state, Recipe recipe)
    {
        Directory.CreateDirectory(folder);
        try
        {
            SafetensorsWriter.WriteChecked(Path.Combine(folder, $"{Prefix}{state.Step:D9}{Extension}"), state.Tensors(), new Dictionary<string, string>
            {
                ["step"] = state.Step.ToString(CultureInfo.InvariantCulture),
                ["seconds"] = state.Seconds.ToString("R", CultureInfo.InvariantCulture),
                ["best"] = state.BestScore.ToString("R", CultureInfo.InvariantCulture),
                ["recipe"] = recipe.Json,
                ["code"] = CodeVersion,
            });
        }
        catch (CheckpointException e) when (e.Error == CheckpointError.CannotWrite)
        {
            throw new CheckpointException(e.Error, $"{e.Message}; earlier checkpoints are as they were: make room, and the same command goes on from there", e);
        }
        foreach (string old in Newest(folder).Skip(recipe.Keep.Last).Where(path => recipe.Keep.Every == 0 || StepOf(path) % recipe.Keep.Every != 0))
            File.Delete(old);
    }

    /// <summary>Removes what a killed run left half-written.</summary>
    /// <param name="run">Run folder; nobody else is at work in it.</param>
    public static void Sweep(string run)
    {
        foreach (string leftover in Directory.GetFiles(run, $"*{Extension}.*.tmp", SearchOption.AllDirectories))
            File.Delete(leftover);
    }

    /// <summary>Restores the newest checkpoint that is whole; damaged ones after it get another name and do not count as checkpoints any more.</summary>
    /// <param name="folder">Folder of the checkpoints; may be absent.</param>
    /// <param name="state">Filled in place.</param>
    /// <param name="say">Told about damaged checkpoints that were passed over.</param>
    /// <returns>The recipe that the checkpoint was made with, or null when there is no checkpoint.</returns>
    /// <exception cref="CheckpointException">A whole checkpoint is of another model, or there are checkpoints and none is whole.</exception>
    public static string? Resume(string folder, TrainingState state, Action<string>? say)
    {
        string[] all = [.. Newest(folder)];
        if (all.Length == 0)
            return null;
        using SafetensorsFile file = OpenNewest(folder, say, out string name)
            ?? throw new CheckpointException(CheckpointError.Malformed, $"{folder}: none of the {all.Length} checkpoints is whole; delete this folder to begin anew, or give another run folder");
        Restore(file, state, name);
        foreach (string damaged in all.TakeWhile(path => Path.GetFileName(path) != name))
            File.Move(damaged, damaged + Damaged, overwrite: true);
        return file.Metadata["recipe"];
    }

    /// <summary>Opens the newest checkpoint that is whole, every byte of it read; null when there is none.</summary>
    public static SafetensorsFile? OpenNewest(string folder, Action<string>? say, out string name)
    {
        foreach (string path in Newest(folder))
            try
            {
                name = Path.GetFileName(path);
                return SafetensorsFile.OpenWhole(path);
            }
            catch (CheckpointException e)
            {
                say?.Invoke($"passed over a damaged checkpoint: {e.Message}");
            }
        name = "";
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
        ? Directory.GetFiles(folder, Prefix + "*" + Extension).OrderDescending(StringComparer.Ordinal)
        : [];

    private static long StepOf(string path) =>
        long.TryParse(Path.GetFileNameWithoutExtension(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : 0;
}
