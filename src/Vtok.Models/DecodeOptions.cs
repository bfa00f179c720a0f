namespace Vtok.Models;

/// <summary>Options of <see cref="ITokenizerModel.Decode"/>; a model ignores what it has no use for.</summary>
public sealed record DecodeOptions
{
    /// <summary>Name of the decoder head, such as "faithful" or "vivid"; null means the model's first.</summary>
    public string? Look { get; init; }

    /// <summary>Steps of a sampling decoder, 1..1000; null means the model's default.</summary>
    public int? Steps { get; init; }

    /// <summary>Guidance scale of a sampling decoder; null means the model's default.</summary>
    public double? Guidance { get; init; }

    /// <summary>Seed of a sampling decoder; null means what the file says, else 0.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Tokens in a row of a grid model's ids; null means a square grid. Files know their picture's size, so who decodes files leaves it out.</summary>
    public int? GridWidth { get; init; }

    /// <summary>Text features [1 or B, T, E] for a text-aware decoder, which needs them; stays the caller's. See <see cref="OneDPiece.TextFeatures"/>.</summary>
    public Tensor? Text { get; init; }
}
