using System.Diagnostics;

namespace Vtok.Training.Collectives;

/// <summary>The time of one wait: says what is waited for now and then, and ends the wait when patience is over.</summary>
internal sealed class WaitClock(CollectiveOptions options)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _noticed;

    /// <summary>To be called while waiting.</summary>
    /// <param name="message">One line, from the whole seconds waited.</param>
    /// <param name="error">What it is when patience is over.</param>
    /// <param name="grace">Added to the patience.</param>
    /// <returns>Whether a notice was just given.</returns>
    /// <exception cref="CollectiveException">Patience is over.</exception>
    public bool Check(Func<long, string> message, CollectiveError error, TimeSpan grace = default)
    {
        TimeSpan waited = Stopwatch.GetElapsedTime(_started);
        if (waited >= options.Patience + grace)
            throw new CollectiveException(error, message((long)waited.TotalSeconds));
        if (waited < options.Notice * (_noticed + 1))
            return false;
        _noticed = (int)(waited / options.Notice);
        options.Say?.Invoke(message((long)waited.TotalSeconds));
        return true;
    }
}
