namespace Vtok.Models;

/// <summary>What tokenizers of several families ask of the pictures, ids and options that they are given.</summary>
internal static class ModelInput
{
    /// <exception cref="ArgumentException">The pictures are not [B, 3, side, side].</exception>
    public static void RequirePictures(Tensor pictures, int side)
    {
        if (pictures.ndim != 4 || pictures.size(1) != 3 || pictures.size(2) != side || pictures.size(3) != side)
            throw new ArgumentException($"pictures [{string.Join(", ", pictures.shape)}], expected [B, 3, {side}, {side}]", nameof(pictures));
    }

    /// <summary>Waits for the device of the ids.</summary>
    /// <exception cref="ArgumentException">An id is outside 0..codes - 1.</exception>
    public static void RequireRange(Tensor ids, int codes)
    {
        using DisposeScope scope = NewDisposeScope();
        if (ids.lt(0).logical_or(ids.ge(codes)).any().item<bool>())
            throw new ArgumentException($"an id is outside 0..{codes - 1}", nameof(ids));
    }

    /// <summary>For models of one look.</summary>
    /// <exception cref="ArgumentException">A look is asked for by name.</exception>
    public static void RequireNoLook(DecodeOptions? options)
    {
        if (options?.Look is { } look)
            throw new ArgumentException($"look \"{look}\" is not in this model, which has one look", nameof(options));
    }
}
