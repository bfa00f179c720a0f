namespace Vtok.Cli;

/// <summary>Options that do not parse or contradict each other.</summary>
internal sealed class UsageException(string message) : Exception(message);
