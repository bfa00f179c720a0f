namespace Vtok.Train;

/// <summary>Something on the command line that cannot be followed.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">One line: what is wrong, what to do.</param>
internal sealed class RefusalException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
