using Vtok.Streams;

namespace Vtok.Models.LlamaGen;

/// <summary>A LlamaGen tokenizer: a grid of ids, row by row, for pictures of any size that the factor divides.</summary>
public sealed class LlamaGenTokenizer : ITokenizerModel, IFeatureTokenizer
{
    private const string Pixel = "pixel";

    private readonly LlamaGenNetwork _network;

    /// <summary>Wraps a network whose weights are loaded.</summary>
    /// <param name="network">The network; owned from now on.</param>
    /// <param name="info">Description of the tokens.</param>
    /// <param name="device">Where the weights are.</param>
    public LlamaGenTokenizer(LlamaGenNetwork network, TokenizerInfo info, Device device)
    {
        (_network, Info, Device) = (network, info, device);
        _network.eval();
    }

    /// <inheritdoc/>
    public TokenizerInfo Info { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>Pictures to ids, row by row.</summary>
    /// <param name="pictures">[B, 3, H, W] in 0..1, both sides divisible by the factor.</param>
    /// <param name="options">A length that is asked for must be the one that the size gives.</param>
    /// <returns>int64 [B, H/f W/f].</returns>
    /// <exception cref="ArgumentException">The pictures or the number of tokens do not fit the model.</exception>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null)
    {
        int factor = _network.Config.Factor;
        if (pictures.ndim != 4 || pictures.size(1) != 3 || pictures.numel() == 0)
            throw new ArgumentException($"pictures [{string.Join(", ", pictures.shape)}], expected [B, 3, H, W]", nameof(pictures));
        long height = pictures.size(2), width = pictures.size(3);
        if (height % factor != 0 || width % factor != 0)
            throw new ArgumentException($"pictures of {width}x{height}, expected sides divisible by {factor} (pad them, as layout grid does)", nameof(pictures));
        long length = height / factor * (width / factor);
        if (options?.Tokens is { } tokens && tokens != length)
            throw new ArgumentException($"{tokens} tokens: a picture of {width}x{height} gives exactly {length}", nameof(options));
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor pixels = pictures.to(ScalarType.Float32, Device) * 2 - 1;
        return _network.Encode(pixels).flatten(1).MoveToOuterDisposeScope();
    }

    /// <summary>Ids to pictures.</summary>
    /// <param name="ids">int64 [B, hw], row by row.</param>
    /// <param name="options"><see cref="DecodeOptions.GridWidth"/> gives w; without it the grid must be square.</param>
    /// <returns>[B, 3, fh, fw], nominally in 0..1 and not clamped.</returns>
    /// <exception cref="ArgumentException">Ids that form no grid or lie outside the codebook, or a look, which there is none of.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null)
    {
        CheckForm(ids);
        ModelInput.RequireNoLook(options);
        long length = ids.size(1), columns = options?.GridWidth ?? (long)Math.Round(Math.Sqrt(length));
        if (columns < 1 || length % columns != 0 || (options?.GridWidth is null && columns * columns != length))
            throw new ArgumentException(options?.GridWidth is null ? $"{length} ids form no square grid: give the tokens in a row" : $"{length} ids do not form rows of {columns}", nameof(ids));
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor own = Checked(ids);
        Tensor pictures = _network.Decode(own.view(own.size(0), -1, columns)); // [B, 3, fh, fw] in -1..1
        return pictures.add_(1).div_(2).MoveToOuterDisposeScope();
    }

    /// <summary>The one reading: "pixel", the code of each id.</summary>
    public IReadOnlyList<string> FeatureKinds { get; } = [Pixel];

    /// <summary>Ids to their codes, row by row: what the decoder reads, normalised where the codebook is.</summary>
    /// <param name="ids">int64 [B, n].</param>
    /// <param name="kind">"pixel".</param>
    /// <param name="options">Not looked at.</param>
    /// <returns>[B, n, D].</returns>
    /// <exception cref="ArgumentException">Another kind, or ids of another form or outside the codebook.</exception>
    public Tensor Features(Tensor ids, string kind, FeatureOptions? options = null)
    {
        if (kind != Pixel)
            throw new ArgumentException($"\"{kind}\" is none of this model's features: {Pixel}", nameof(kind));
        CheckForm(ids);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _network.Quantizer.Decode(Checked(ids)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private static void CheckForm(Tensor ids)
    {
        if (ids.ndim != 2 || ids.dtype != ScalarType.Int64 || ids.numel() == 0)
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, n]", nameof(ids));
    }

    private Tensor Checked(Tensor ids)
    {
        Tensor own = ids.to(Device);
        ModelInput.RequireRange(own, _network.Config.Vocabulary);
        return own;
    }
}
