namespace Vtok.Models.TokenFlow;

/// <summary>Sizes of a semantic encoder. Each teacher has its own kind.</summary>
public abstract record VisionConfig
{
    /// <summary>Side of the pictures that it was trained on.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Width of a token (W).</summary>
    public required int Width { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads of attention.</summary>
    public required int Heads { get; init; }

    /// <summary>Pixels per token along a side.</summary>
    public abstract int PatchSize { get; init; }

    /// <summary>Tokens along a side at the native size; an incomplete patch at the border is dropped.</summary>
    public int Grid => ImageSize / PatchSize;

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public virtual void Validate()
    {
        if (PatchSize < 1 || ImageSize < PatchSize)
            throw new ArgumentException($"semantic_encoder: pictures of {ImageSize} in patches of {PatchSize}");
        if (Heads < 1 || Width < 1 || Width % Heads != 0)
            throw new ArgumentException($"semantic_encoder: width {Width} does not divide into {Heads} heads");
    }
}
