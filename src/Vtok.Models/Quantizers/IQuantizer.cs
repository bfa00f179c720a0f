namespace Vtok.Models.Quantizers;

/// <summary>Vectors to ids and back: the interface behind which every discrete quantizer stands.</summary>
/// <remarks>The feature dimension D is the last one; leading dimensions are kept. A quantizer that gives Q ids a vector appends a dimension Q.</remarks>
public interface IQuantizer
{
    /// <summary>Number of codes that one id chooses from (K).</summary>
    int CodebookSize { get; }

    /// <summary>Length of a vector (D).</summary>
    int CodeDimension { get; }

    /// <summary>Features to ids: [..., D] to int64 [...] or [..., Q]. No gradient; always float32.</summary>
    /// <exception cref="InvalidOperationException">A feature is not finite.</exception>
    Tensor Encode(Tensor features);

    /// <summary>Ids to vectors: the inverse shapes of <see cref="Encode"/>.</summary>
    /// <exception cref="ArgumentException">The ids are not int64.</exception>
    Tensor Decode(Tensor ids);

    /// <summary>Training step: vectors with a straight-through gradient, their ids, and named losses.</summary>
    /// <remarks>In training mode statistics of the codebook (moving averages, usage) are updated here.</remarks>
    QuantizerOutput Quantize(Tensor features);
}
