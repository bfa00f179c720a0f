namespace Vtok.Models.Weights;

/// <summary>Why a checkpoint or model folder was refused.</summary>
public enum CheckpointError
{
    /// <summary>A file or folder is not there.</summary>
    Missing,

    /// <summary>A file is there but cannot be read.</summary>
    Unreadable,

    /// <summary>A file cannot be written: no folder, no permission, a full disk.</summary>
    CannotWrite,

    /// <summary>The bytes are not what the format allows.</summary>
    Malformed,

    /// <summary>A number in the file is above a limit of this reader.</summary>
    TooLarge,

    /// <summary>The file is well formed but uses something that this reader does not know.</summary>
    Unsupported,

    /// <summary>A pickle names something that could run code; nothing was run.</summary>
    Unsafe,

    /// <summary>The config does not parse or lacks something.</summary>
    BadConfig,

    /// <summary>No family recognises the config.</summary>
    UnknownFamily,

    /// <summary>Names or shapes of the tensors do not fit the model.</summary>
    Mismatch,

    /// <summary>The bytes are not those that the file's own check or the folder's description names.</summary>
    WrongDigest,
}
