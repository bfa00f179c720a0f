using Vtok.Streams;

namespace Vtok.Models.OneDPiece;

/// <summary>The MaskGIT-VQGAN as a tokenizer of its own: a grid of codes, row by row.</summary>
public sealed class ProxyTokenizerModel : ITokenizerModel
{
    private readonly ProxyTokenizer _network;

    /// <summary>Wraps a network whose weights are loaded.</summary>
    /// <param name="network">The network; owned from now on.</param>
    /// <param name="info">Description of the tokens.</param>
    /// <param name="device">Where the weights are.</param>
    public ProxyTokenizerModel(ProxyTokenizer network, TokenizerInfo info, Device device)
    {
        (_network, Info, Device) = (network, info, device);
        _network.eval();
    }

    /// <inheritdoc/>
    public TokenizerInfo Info { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pictures or the number of tokens do not fit the model.</exception>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null)
    {
        ModelInput.RequirePictures(pictures, _network.Config.Resolution);
        if (options?.Tokens is { } tokens && !Info.AllowsLength(tokens))
            throw new ArgumentException($"{tokens} tokens: this model gives exactly {Info.Lengths[0]}", nameof(options));
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _network.Encode(pictures.to(ScalarType.Float32, Device)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Ids of another shape or outside the codebook, or a look, which there is none of.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null)
    {
        if (ids.ndim != 2 || ids.dtype != ScalarType.Int64 || !Info.AllowsLength((int)ids.size(1)))
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, {Info.Lengths[0]}]", nameof(ids));
        ModelInput.RequireNoLook(options);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor own = ids.to(Device);
        ModelInput.RequireRange(own, _network.Config.CodebookSize);
        return _network.Decode(own).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();
}
