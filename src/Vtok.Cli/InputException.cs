namespace Vtok.Cli;

/// <summary>An input that is missing or cannot be read.</summary>
internal sealed class InputException(string message, Exception? inner = null) : Exception(message, inner);
