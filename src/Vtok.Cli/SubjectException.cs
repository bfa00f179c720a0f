namespace Vtok.Cli;

/// <summary>A failure that is about something else than the input at hand, such as the model.</summary>
internal sealed class SubjectException(string subject, Exception inner) : Exception(inner.Message, inner)
{
    public string Subject => subject;
}
