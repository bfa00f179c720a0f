namespace Vtok.Models.Weights;

/// <summary>A checkpoint, model folder or config that cannot be used. The message says what is wrong and what was expected.</summary>
/// <param name="error">The reason.</param>
/// <param name="message">One line for the user; a mismatch of weights may go on for a few lines.</param>
/// <param name="inner">What the operating system said, if it did.</param>
public sealed class CheckpointException(CheckpointError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The reason.</summary>
    public CheckpointError Error { get; } = error;
}
