namespace Vtok.Streams;

/// <summary>A token file, or the description of its tokenizer, was refused. The message is one line.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">What is wrong, what was expected, what to do.</param>
/// <param name="innerException">What caused it, if anything did.</param>
public sealed class TokenFileException(TokenFileError reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Why, for programs.</summary>
    public TokenFileError Reason { get; } = reason;
}
