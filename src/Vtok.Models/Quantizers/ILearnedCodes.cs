namespace Vtok.Models.Quantizers;

/// <summary>A quantizer with one or more codebooks that training moves: they can be drawn, started on features, and mended where codes are dead.</summary>
public interface ILearnedCodes : IQuantizer
{
    /// <summary>Number of codebooks (Q).</summary>
    int Books { get; }

    /// <summary>Codes of one book (K).</summary>
    int BookSize { get; }

    /// <summary>Draws every codebook.</summary>
    void Initialize(Generator generator);

    /// <summary>Moves every codebook onto the means of clusters of the vectors it is to quantize (<see cref="KMeans"/>) and restarts its averages.</summary>
    /// <param name="features">[..., D].</param>
    /// <param name="generator">Source of the draws.</param>
    /// <param name="rounds">Rounds of the clustering.</param>
    void Start(Tensor features, Generator generator, int rounds = 10);

    /// <summary>The ids of one book: int64 [...] as <see cref="IQuantizer.Encode"/> gives them to int64 [...] in 0..K-1.</summary>
    Tensor IdsOf(int book, Tensor ids);

    /// <summary>The vectors that one book was to quantize.</summary>
    /// <param name="book">0..Q-1.</param>
    /// <param name="features">[R, D].</param>
    /// <param name="ids">int64 [R], what the features were quantized to.</param>
    /// <returns>[R, D], without a gradient.</returns>
    Tensor InputOf(int book, Tensor features, Tensor ids);

    /// <summary>Replaces chosen codes of a book and restarts their averages.</summary>
    /// <param name="book">0..Q-1.</param>
    /// <param name="codes">int64 [M], each at most once.</param>
    /// <param name="vectors">[M, D].</param>
    void Replace(int book, Tensor codes, Tensor vectors);
}
