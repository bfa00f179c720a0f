namespace Vtok.Data;

/// <summary>A data set, or a part of it, was refused; the message names the file and, where there is one, the offset.</summary>
public sealed class DatasetException(DatasetError reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of refusal.</summary>
    public DatasetError Reason { get; } = reason;
}
