namespace Vtok.Codec;

/// <summary>An output could not be written; nothing half-written was left.</summary>
public sealed class OutputFileException(OutputFileError reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public OutputFileError Reason { get; } = reason;

    /// <summary>Names the reason of a failed write.</summary>
    /// <param name="error">What the system said.</param>
    public static OutputFileException From(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        const int noSpaceOnUnix = 28, diskFull = unchecked((int)0x80070070), handleDiskFull = unchecked((int)0x80070027);
        return error switch
        {
            IOException { HResult: noSpaceOnUnix or diskFull or handleDiskFull } => new(OutputFileError.DiskFull, "the disk is full (free some space)", error),
            DirectoryNotFoundException => new(OutputFileError.CannotWrite, "its folder is not there (create it first)", error),
            UnauthorizedAccessException => new(OutputFileError.CannotWrite, "may not be written (check the permissions of its folder)", error),
            _ => new(OutputFileError.CannotWrite, $"cannot be written: {error.Message.TrimEnd('.')}", error),
        };
    }
}
