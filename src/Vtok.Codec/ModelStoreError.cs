namespace Vtok.Codec;

/// <summary>Why a model was not found.</summary>
public enum ModelStoreError
{
    /// <summary>No known model has that name, path or key.</summary>
    NotFound,

    /// <summary>Several known models share the four key bytes of the file.</summary>
    Ambiguous,

    /// <summary>The device that was asked for is not there.</summary>
    NoSuchDevice,
}
