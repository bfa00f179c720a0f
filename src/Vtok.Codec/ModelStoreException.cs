namespace Vtok.Codec;

/// <summary>A model was asked for that is not there, or not alone.</summary>
public sealed class ModelStoreException(ModelStoreError reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public ModelStoreError Reason { get; } = reason;
}
