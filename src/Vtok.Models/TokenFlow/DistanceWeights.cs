namespace Vtok.Models.TokenFlow;

/// <summary>How much each codebook counts when the one index of a position is chosen: distance = semantic weight x semantic distance + pixel weight x pixel distance.</summary>
/// <param name="Semantic">Weight of the squared distance of the semantic halves, at least 0.</param>
/// <param name="Pixel">Weight of the squared distance of the pixel halves, at least 0; not both 0.</param>
public readonly record struct DistanceWeights(double Semantic, double Pixel)
{
    /// <summary>Both alike, as in every published model.</summary>
    public static DistanceWeights Published { get; } = new(1, 1);

    /// <summary>Throws when a weight is negative or not finite, or both are 0.</summary>
    /// <exception cref="ArgumentException">Names the weights.</exception>
    public void Validate()
    {
        if (!(Semantic >= 0 && Pixel >= 0 && double.IsFinite(Semantic + Pixel) && Semantic + Pixel > 0))
            throw new ArgumentException($"distance weights {Semantic} and {Pixel}, expected finite numbers of at least 0, not both 0");
    }
}
