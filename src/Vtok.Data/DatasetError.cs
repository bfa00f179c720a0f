namespace Vtok.Data;

/// <summary>Why a data set was refused.</summary>
public enum DatasetError
{
    /// <summary>A folder, archive or shard is not there.</summary>
    NotFound,

    /// <summary>It is there and holds no picture.</summary>
    Empty,

    /// <summary>A shard ends early.</summary>
    Truncated,

    /// <summary>An archive is not what its format demands.</summary>
    Damaged,

    /// <summary>A brace pattern does not parse, or stands for too many names.</summary>
    BadPattern,

    /// <summary>A class or caption beside a picture does not parse.</summary>
    BadLabel,

    /// <summary>The file system refused to read.</summary>
    Unreadable,

    /// <summary>Not one picture of a whole epoch could be decoded.</summary>
    NothingDecodes,

    /// <summary>A position was saved for another data set.</summary>
    PositionOutside,

    /// <summary>Fewer pictures than the work needs.</summary>
    TooFew,

    /// <summary>A picture is smaller than the squares that are wanted of it.</summary>
    TooSmall,

    /// <summary>A table has no column of pictures, or a column is of another type.</summary>
    WrongColumns,

    /// <summary>A picture has no array of features, and every one must have it.</summary>
    NoFeatures,
}
