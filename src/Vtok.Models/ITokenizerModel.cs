using Vtok.Streams;

namespace Vtok.Models;

/// <summary>A tokenizer: pictures to ids and back. Not thread-safe; weights are shared by the caller's one instance.</summary>
public interface ITokenizerModel : IDisposable
{
    /// <summary>Description of the tokens; its key names the model in files.</summary>
    TokenizerInfo Info { get; }

    /// <summary>Device that the weights live on.</summary>
    Device Device { get; }

    /// <summary>Pictures to ids.</summary>
    /// <param name="pictures">[B, 3, H, W] float32 in 0..1 at the model's size.</param>
    /// <param name="options">Length and effort; null means all tokens at the default effort.</param>
    /// <returns>int64 [B, N].</returns>
    Tensor Encode(Tensor pictures, EncodeOptions? options = null);

    /// <summary>Ids to pictures.</summary>
    /// <param name="ids">int64 [B, n], n an allowed length.</param>
    /// <param name="options">Look, and what a sampling decoder needs; null means the defaults.</param>
    /// <returns>[B, 3, H, W] float32, nominally in 0..1 and not clamped.</returns>
    Tensor Decode(Tensor ids, DecodeOptions? options = null);
}
