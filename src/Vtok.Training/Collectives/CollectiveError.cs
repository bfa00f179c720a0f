namespace Vtok.Training.Collectives;

/// <summary>Why the processes of a run cannot go on together.</summary>
public enum CollectiveError
{
    /// <summary>The launcher's environment variables are incomplete or contradict each other.</summary>
    Environment,

    /// <summary>The transport's library is missing or of another kind.</summary>
    Library,

    /// <summary>The processes did not find each other.</summary>
    Unreachable,

    /// <summary>A process is gone.</summary>
    Lost,

    /// <summary>A process let the others wait too long.</summary>
    TooLate,

    /// <summary>The processes do different things: another recipe, other weights, another operation.</summary>
    OutOfStep,

    /// <summary>A process ended with an error of its own.</summary>
    Aborted,
}
