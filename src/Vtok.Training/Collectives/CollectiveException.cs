namespace Vtok.Training.Collectives;

/// <summary>The processes of a run cannot go on together.</summary>
public sealed class CollectiveException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="error">Why.</param>
    /// <param name="message">One line that names the process at fault.</param>
    /// <param name="inner">What the transport said.</param>
    public CollectiveException(CollectiveError error, string message, Exception? inner = null) : base(message, inner) => Error = error;

    /// <summary>Why.</summary>
    public CollectiveError Error { get; }
}
