namespace Vtok.Train;

/// <summary>The outside world of vtok-train.</summary>
internal sealed record TrainConsole
{
    /// <summary>Results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Everything else.</summary>
    public required TextWriter Errors { get; init; }

    /// <summary>Whether <see cref="Errors"/> is a terminal, where a line may replace the one before.</summary>
    public bool Terminal { get; init; }

    /// <summary>Whether VTOK_DEBUG=1 asks for stack traces.</summary>
    public bool Debug { get; init; }

    /// <summary>Environment variables by name, where a launcher says which process this is.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Set by Ctrl-C, SIGTERM and SIGUSR1.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Says one line, in place of a line of progress.</summary>
    public void Say(string line) => Errors.WriteLine(Terminal ? $"\r\e[K{line}" : line);
}
