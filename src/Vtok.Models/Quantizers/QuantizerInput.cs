namespace Vtok.Models.Quantizers;

/// <summary>What every quantizer asks of its features and ids.</summary>
internal static class QuantizerInput
{
    /// <summary>Features [..., D] in float32, as they are when they already are.</summary>
    /// <exception cref="ArgumentException">The last dimension is not D.</exception>
    public static Tensor Features(Tensor features, int dimension)
    {
        if (features.ndim == 0 || features.shape[^1] != dimension)
            throw new ArgumentException($"features [{string.Join(", ", features.shape)}], expected a last dimension of {dimension}", nameof(features));
        return features.to(ScalarType.Float32);
    }

    /// <summary>Features [..., D] as rows [R, D] in float32.</summary>
    /// <exception cref="ArgumentException">The last dimension is not D.</exception>
    public static Tensor Rows(Tensor features, int dimension) => Features(features, dimension).reshape(-1, dimension).contiguous();

    /// <exception cref="ArgumentException">The ids are not int64.</exception>
    public static void RequireIds(Tensor ids)
    {
        if (ids.dtype != ScalarType.Int64)
            throw new ArgumentException($"ids must be int64, found {ids.dtype}", nameof(ids));
    }

    /// <summary>Waits for the device.</summary>
    /// <exception cref="InvalidOperationException">A feature is not finite.</exception>
    public static void RequireFinite(Tensor features) => RequireFinite(isfinite(features).all().item<bool>());

    /// <exception cref="InvalidOperationException">Not <paramref name="finite"/>.</exception>
    public static void RequireFinite(bool finite)
    {
        if (!finite)
            throw new InvalidOperationException("quantizer: a feature or a code is not finite (the network diverged, or its weights are damaged)");
    }
}
