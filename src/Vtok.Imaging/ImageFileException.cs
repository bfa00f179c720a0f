namespace Vtok.Imaging;

/// <summary>Why a picture file was refused.</summary>
public enum ImageFileError
{
    /// <summary>The magic bytes are of no format on the allow-list.</summary>
    NotAPicture,

    /// <summary>Truncated or damaged.</summary>
    Damaged,

    /// <summary>More pixels, bytes or decoding time than the limits allow.</summary>
    OverTheLimits,

    /// <summary>The format cannot hold the picture, or cannot be written at all.</summary>
    CannotEncode,
}

/// <summary>A picture file was refused. The message is one line.</summary>
public sealed class ImageFileException(ImageFileError reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of refusal.</summary>
    public ImageFileError Reason { get; } = reason;
}
