namespace Vtok.Streams;

/// <summary>A refusal on its way to a <see cref="TokenFileException"/>, so that the Try forms need not throw.</summary>
internal sealed record Fault(TokenFileError Reason, string Message)
{
    public TokenFileException ToException() => new(Reason, Message);
}
