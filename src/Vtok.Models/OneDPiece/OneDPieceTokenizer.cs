using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.OneDPiece;

/// <summary>TiTok, TA-TiTok and One-D-Piece: a square picture to 1-D tokens and back.</summary>
public sealed class OneDPieceTokenizer : ITokenizerModel
{
    private readonly OneDPieceNetwork _network;
    private readonly ProxyTokenizer? _proxy;

    /// <summary>Wraps a network whose weights are loaded.</summary>
    /// <param name="network">A discrete network; owned from now on.</param>
    /// <param name="info">Description of the tokens.</param>
    /// <param name="device">Where the weights are.</param>
    /// <param name="proxy">The proxy tokenizer that turns a stage-one model's logits into pixels, or null; owned from now on.</param>
    /// <exception cref="ArgumentException">The network is continuous.</exception>
    public OneDPieceTokenizer(OneDPieceNetwork network, TokenizerInfo info, Device device, ProxyTokenizer? proxy = null)
    {
        if (network.Config.Continuous)
            throw new ArgumentException("a continuous model (quantize_mode \"vae\") has no tokens", nameof(network));
        (_network, _proxy, Info, Device) = (network, proxy, info, device);
        _network.eval();
        _proxy?.eval();
    }

    /// <inheritdoc/>
    public TokenizerInfo Info { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>The network, owned by this tokenizer.</summary>
    public OneDPieceNetwork Network => _network;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pictures or the number of tokens do not fit the model.</exception>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null)
    {
        int most = _network.Config.LatentTokens, tokens = options?.Tokens ?? most;
        if (!Info.AllowsLength(tokens))
            throw new ArgumentException($"{tokens} tokens: this model gives {(_network.Config.Nested ? "1 to " : "exactly ")}{most}", nameof(options));
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor latents = _network.Encode(pictures.to(ScalarType.Float32, Device)); // [B, C, 1, N]
        return _network.Ids(latents).narrow(1, 0, tokens).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Ids of another shape or outside the codebook, as many texts as there are not pictures, or a look, which there is none of.</exception>
    /// <exception cref="CheckpointException">The model alone cannot: a stage-one checkpoint without its proxy tokenizer, or a text-aware model without text or with one of another shape.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null)
    {
        OneDPieceConfig config = _network.Config;
        if (ids.ndim != 2 || ids.dtype != ScalarType.Int64 || !Info.AllowsLength((int)ids.size(1)))
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, {(config.Nested ? "1.." : "")}{config.LatentTokens}]", nameof(ids));
        ModelInput.RequireNoLook(options);
        if (config.Form == OneDPieceForm.StageOne && _proxy is null)
            throw new CheckpointException(CheckpointError.Unsupported, "this checkpoint ends after the first training stage: its decoder predicts proxy codes, and the proxy tokenizer is not in it");
        if (config.Text is { } shape && options?.Text is null)
            throw new CheckpointException(CheckpointError.Unsupported,
                $"this model decodes beside text features [{shape.Length}, {shape.Width}], which are neither in its files nor in a token file: give them as --text-features or DecodeOptions.Text");
        if (config.Text is null && options?.Text is not null)
            throw new CheckpointException(CheckpointError.Mismatch, "text features were given, and this model's decoder reads none");
        if (config.Text is { } wanted && options?.Text is { } given && (given.ndim != 3 || given.size(1) != wanted.Length || given.size(2) != wanted.Width))
            throw new CheckpointException(CheckpointError.Mismatch, $"text features [{string.Join(", ", given.shape)}], this model reads [{wanted.Length}, {wanted.Width}]");
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor own = ids.to(Device);
        ModelInput.RequireRange(own, config.CodebookSize);
        Tensor? text = config.Text is null ? null : options?.Text?.to(ScalarType.Float32, Device);
        if (text is { ndim: 3 } && text.size(0) == 1)
            text = text.expand(ids.size(0), text.size(1), text.size(2));
        Tensor output = _network.Decode(_network.Lookup(own), text: text); // [B, 3, S, S], or logits [B, K, g, g]
        if (config.Form == OneDPieceForm.StageOne)
            output = _proxy!.Decode(output.argmax(1));
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _proxy?.Dispose();
    }
}
