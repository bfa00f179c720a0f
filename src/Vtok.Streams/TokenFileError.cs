namespace Vtok.Streams;

/// <summary>Why a token file, or the description of its tokenizer, was refused.</summary>
public enum TokenFileError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>The first bytes are not those of a .vtok file. Input refused (exit 3).</summary>
    NotATokenFile,

    /// <summary>A version that this reader does not know. Input refused (exit 3).</summary>
    UnsupportedVersion,

    /// <summary>The payload is entropy coded, which version 1 reserves but does not specify yet. Input refused (exit 3).</summary>
    CodedPayload,

    /// <summary>The file ends before it is complete. Input refused (exit 3).</summary>
    Truncated,

    /// <summary>The check does not match the bytes. Input refused (exit 3).</summary>
    Damaged,

    /// <summary>A field has a value that the format does not allow. Input refused (exit 3).</summary>
    Malformed,

    /// <summary>A value is written in a form that a writer never produces. Input refused (exit 3).</summary>
    NotCanonical,

    /// <summary>A number is over <see cref="VtokLimits"/>. Input refused (exit 3).</summary>
    LimitExceeded,

    /// <summary>An id is not below the vocabulary size of its position. Input refused (exit 3).</summary>
    TokenOutOfRange,

    /// <summary>There are bytes after the end. Input refused (exit 3).</summary>
    TrailingBytes,

    /// <summary>The file was written for another tokenizer. Wrong model (exit 4).</summary>
    WrongModel,

    /// <summary>A tokenizer.json is damaged or contradicts itself. Damaged model (exit 4).</summary>
    BadDescription,

    /// <summary>The tokenizer does not allow the number of tokens that was asked for. Usage (exit 2).</summary>
    LengthNotAllowed,
}
