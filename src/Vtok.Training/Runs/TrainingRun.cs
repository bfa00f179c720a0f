using Vtok.Training.Collectives;
using Vtok.Training.Recipes;

namespace Vtok.Training.Runs;

/// <summary>Everything about a run that is not in the recipe: where the data is, where results go, how long it may take.</summary>
public sealed record TrainingRun
{
    /// <summary>What to do.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>Folder of the pictures (or of shards); null where the task needs none.</summary>
    public string? Data { get; init; }

    /// <summary>Folder of held-out pictures; null where none are measured.</summary>
    public string? Validation { get; init; }

    /// <summary>Run folder: recipe, log, checkpoints, sheets, result.</summary>
    public required string Folder { get; init; }

    /// <summary>What a new run takes its weights from: a checkpoint, a run or model folder, or a file of weights. A run that goes on does not look at it.</summary>
    public string? InitFrom { get; init; }

    /// <summary>The processes of the run. Default: this one alone. The caller disposes it.</summary>
    public ICollective Collective { get; init; } = SingleProcess.Instance;

    /// <summary>Where to compute. Default: the CPU.</summary>
    public Device? Device { get; init; }

    /// <summary>Seconds of this call after which it saves and leaves; null means no limit.</summary>
    public double? MaxSeconds { get; init; }

    /// <summary>Asks the run to save and leave.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Called at every log step, on the training thread.</summary>
    public Action<TrainingProgress>? Progress { get; init; }

    /// <summary>Called with one line when something is worth saying.</summary>
    public Action<string>? Say { get; init; }
}
