namespace Vtok.Cli;

/// <summary>Standard output is closed or full: nothing more can be said there, so the command ends.</summary>
internal sealed class BrokenOutputException(string message, Exception inner) : Exception(message, inner);
