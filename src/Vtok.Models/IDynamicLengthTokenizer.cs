namespace Vtok.Models;

/// <summary>A tokenizer that chooses by the picture which positions of its grid become tokens: those of <see cref="Streams.TokenOrder.Set"/>.</summary>
public interface IDynamicLengthTokenizer
{
    /// <summary>Pictures to ids, each with as many as it needs.</summary>
    /// <param name="pictures">[B, 3, H, W] float32 in 0..1 at the model's size.</param>
    /// <param name="options"><see cref="EncodeOptions.Tokens"/> is the most that a picture may keep; null means the defaults.</param>
    /// <returns>One item a picture, in order, none of them empty.</returns>
    IReadOnlyList<DynamicTokens> EncodeDynamic(Tensor pictures, EncodeOptions? options = null);
}
