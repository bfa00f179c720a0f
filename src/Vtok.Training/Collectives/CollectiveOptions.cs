namespace Vtok.Training.Collectives;

/// <summary>How long processes wait for each other, and who is told.</summary>
public sealed record CollectiveOptions
{
    /// <summary>A process that waits says so after this time, and again after every such time. Default: one minute.</summary>
    public TimeSpan Notice { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A wait for a living process ends with an error after this time. Default: 30 minutes, which a long validation needs.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A process from which nothing was heard for this time counts as gone, as after a power cut. Default: 40 seconds.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Ends the wait for processes that have not come yet, before the run; what is under way goes on to its end.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Told one line when something is worth saying; called from any thread.</summary>
    public Action<string>? Say { get; init; }

    /// <summary>Told at once, from another thread, that the run cannot go on, so that a process busy elsewhere can be ended.</summary>
    public Action<CollectiveException>? Failed { get; init; }

    /// <summary>Throws for a time that is not positive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the property.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Notice, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Patience, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Silence, TimeSpan.Zero);
    }
}
