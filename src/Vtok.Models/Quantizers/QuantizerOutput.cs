namespace Vtok.Models.Quantizers;

/// <summary>What a quantizer returns in training.</summary>
/// <param name="Quantized">[..., D]; the value of the code, the gradient of the feature.</param>
/// <param name="Ids">int64 ids as <see cref="IQuantizer.Encode"/> gives them.</param>
/// <param name="Losses">Scalar terms by name, already weighted; their sum is <see cref="TotalLoss"/>.</param>
public sealed record QuantizerOutput(Tensor Quantized, Tensor Ids, IReadOnlyDictionary<string, Tensor> Losses)
{
    /// <summary>Name of the term that pulls features to their codes.</summary>
    public const string Commitment = "commitment_loss";

    /// <summary>Name of the term that pulls codes to their features.</summary>
    public const string Codebook = "codebook_loss";

    /// <summary>Name of the term that wants sure assignments and evenly used codes.</summary>
    public const string Entropy = "entropy_loss";

    /// <summary>Sum of all terms, a scalar; 0 when there is none.</summary>
    public Tensor TotalLoss()
    {
        using DisposeScope scope = NewDisposeScope();
        return Losses.Values.Aggregate(zeros([], device: Quantized.device), (sum, term) => sum + term).MoveToOuterDisposeScope();
    }
}
