using Vtok.Training.Collectives;
using Vtok.Training.Recipes;

namespace Vtok.Train;

/// <summary>What was given on the command line.</summary>
internal sealed record TrainArguments(
    Recipe Recipe, string? Data, string? Validation, string? Output, string? InitFrom, double? MaxSeconds, string Device, int? Threads)
{
    /// <summary>This process among those of the run.</summary>
    public LaunchEnvironment Place { get; init; } = LaunchEnvironment.Alone;

    /// <summary>What carries values between them.</summary>
    public Transport Transport { get; init; }

    /// <summary>Seconds that a process waits for another.</summary>
    public double Patience { get; init; } = 1800;

    private const int MostThreads = 1024; // far more than that end the process when libtorch starts them

    // A hundred years: above that, and for infinity, time cannot be reckoned with.
    private const double MostPatience = 100.0 * 365 * 24 * 3600;

    /// <summary>Refuses what no run can follow, before libtorch is loaded.</summary>
    public void Validate()
    {
        if (MaxSeconds is not (null or >= 0))
            throw new RefusalException(ExitCodes.Usage, $"--max-seconds {MaxSeconds}: expected 0 or more");
        if (Threads is < 1 or > MostThreads)
            throw new RefusalException(ExitCodes.Usage, $"--threads {Threads}: expected 1 to {MostThreads}");
        if (Patience is not (> 0 and <= MostPatience))
            throw new RefusalException(ExitCodes.Usage, $"--patience {Patience}: expected more than 0 and at most {MostPatience} seconds");
        if (Device is not ("cpu" or "cuda") && !(Device.StartsWith("cuda:", StringComparison.Ordinal) && byte.TryParse(Device.AsSpan(5), out _)))
            throw new RefusalException(ExitCodes.Usage, $"--device {Device}: expected cpu, cuda or cuda:N");
    }
}
