namespace Vtok.Codec;

/// <summary>Why an output could not be written.</summary>
public enum OutputFileError
{
    /// <summary>A file of that name is there and must not be replaced.</summary>
    Exists,

    /// <summary>The folder is missing, a folder is in the way, or writing is not permitted.</summary>
    CannotWrite,

    /// <summary>No space is left.</summary>
    DiskFull,
}
