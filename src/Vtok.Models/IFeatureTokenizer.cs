namespace Vtok.Models;

/// <summary>A tokenizer whose ids can be read as features, beside or instead of pixels; <c>vtok features</c> writes them to a file.</summary>
/// <remarks>SEED and LaVIT give the conditioning of their diffusion models, TokenFlow the features that understanding models read.</remarks>
public interface IFeatureTokenizer
{
    /// <summary>Names of the readings in lower case, such as "semantic"; the first is the usual one.</summary>
    IReadOnlyList<string> FeatureKinds { get; }

    /// <summary>Ids to features.</summary>
    /// <param name="ids">int64 [B, n], n an allowed length.</param>
    /// <param name="kind">One of <see cref="FeatureKinds"/>.</param>
    /// <param name="options">What a reading needs beside the ids; null means the defaults.</param>
    /// <returns>float32, first dimension B; the caller's.</returns>
    /// <exception cref="ArgumentException">An unknown kind, ids of another shape or outside the vocabulary, options that do not suit the kind.</exception>
    Tensor Features(Tensor ids, string kind, FeatureOptions? options = null);
}
