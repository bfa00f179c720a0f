using Vtok.Models.Weights;

namespace Vtok.Training.Runs;

/// <summary>Begins a new run with the weights of an earlier result, at step 0.</summary>
/// <remarks>The weights must all be there; of a checkpoint they are those under training, not their average. The opponent's are taken where
/// the source has them. The average begins at the weights, since its ramp would forget another start at once. Moments, steps and scores
/// begin anew. Each is said.</remarks>
internal static class StartingWeights
{
    private const string ModelPrefix = "model.", AveragePrefix = "average.", OpponentPrefix = "opponent.model.";

    /// <summary>Fills the state.</summary>
    /// <param name="path">A checkpoint, a run folder (its newest checkpoint), a model folder, or a file of weights such as best.safetensors.</param>
    /// <param name="state">A new run's state, filled in place.</param>
    /// <param name="say">Told what was taken and what begins anew.</param>
    /// <exception cref="CheckpointException">There is nothing of that name, or it is of another model: the first tensor that differs is named.</exception>
    public static void Load(string path, TrainingState state, Action<string>? say)
    {
        using IWeightSource source = Open(path, say, out string name);
        bool checkpoint = source.Entries.Keys.Any(key => key.StartsWith(AveragePrefix, StringComparison.Ordinal));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();

        Dictionary<string, Tensor> weights = state.Trainee.Model.state_dict();
        string prefix = checkpoint ? ModelPrefix : "";
        if (Difference(source, weights, prefix) is { } difference)
            throw new CheckpointException(CheckpointError.Mismatch, $"{name}: of another model: {difference} (--init-from wants one of this recipe's network)");
        Copy(source, weights, prefix);
        say?.Invoke($"weights: from {name}{(source.Metadata.TryGetValue("step", out string? step) ? $", step {step}" : "")}{Unused(source, weights, prefix)}");

        state.Average.Restart();
        say?.Invoke("average: begins at the weights; optimizer: begins anew");
        if (state.Opponent is not { } opponent)
            return;
        Dictionary<string, Tensor> rival = opponent.Model.state_dict();
        string? lack = Difference(source, rival, OpponentPrefix);
        if (lack is null)
            Copy(source, rival, OpponentPrefix);
        say?.Invoke(lack is null ? "opponent: from the same file; its optimizer begins anew" : $"opponent: begins anew ({lack})");
    }

    private static IWeightSource Open(string path, Action<string>? say, out string name)
    {
        name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (!Directory.Exists(path))
            return File.Exists(path) ? WeightFiles.OpenWhole(path) : throw new CheckpointException(CheckpointError.Missing, $"{path}: no such checkpoint or model folder");
        string checkpoints = Path.Combine(path, TrainingLoop.Checkpoints);
        if (!Directory.Exists(checkpoints))
            return WeightFiles.Find(path).Open();
        return TrainingCheckpoint.OpenNewest(checkpoints, say, out name)
            ?? throw new CheckpointException(CheckpointError.Missing, $"{path}: a run folder without a whole checkpoint");
    }

    /// <summary>The first tensor that the source lacks or has in another shape, in words; null when all fit.</summary>
    private static string? Difference(IWeightSource source, Dictionary<string, Tensor> targets, string prefix)
    {
        foreach ((string key, Tensor target) in targets)
            if (!source.Entries.TryGetValue(prefix + key, out TensorEntry? entry))
                return $"\"{prefix}{key}\" is missing";
            else if (!entry.Shape.SequenceEqual(target.shape))
                return $"\"{prefix}{key}\" is [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", target.shape)}]";
        return null;
    }

    private static void Copy(IWeightSource source, Dictionary<string, Tensor> targets, string prefix)
    {
        foreach ((string key, Tensor target) in targets)
            target.copy_(source[prefix + key]);
    }

    private static string Unused(IWeightSource source, Dictionary<string, Tensor> weights, string prefix)
    {
        string[] others = [.. source.Entries.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && !weights.ContainsKey(key[prefix.Length..]))];
        return others.Length == 0 ? "" : $"; left unused: {others.Length} other tensors, such as \"{others.Order(StringComparer.Ordinal).First()}\"";
    }
}
