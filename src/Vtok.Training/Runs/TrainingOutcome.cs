namespace Vtok.Training.Runs;

/// <summary>How a run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All steps were done.</summary>
    Finished,

    /// <summary>The allowed time was over; the run can be resumed.</summary>
    OutOfTime,

    /// <summary>It was asked to stop; the run can be resumed.</summary>
    Interrupted,

    /// <summary>A loss or a gradient was no finite number, or the codebook collapsed; nothing was saved after the last checkpoint.</summary>
    Diverged,
}

/// <summary>The end of a run.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Step">Steps done in all, earlier parts of a resumed run included.</param>
/// <param name="Message">One line for people.</param>
public sealed record TrainingOutcome(TrainingEnd End, long Step, string Message);
