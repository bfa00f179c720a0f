using Vtok.Models.Layers.Vision;
using Vtok.Streams;

namespace Vtok.Models.Seed;

/// <summary>SEED as a tokenizer: pictures to 32 ids, and ids to the conditioning of the diffusion model that draws the pixels.</summary>
public sealed class SeedTokenizer : ITokenizerModel, IFeatureTokenizer
{
    /// <summary>The reading that a diffusion model takes: [B, F], for SEED-1 [B, 77, F].</summary>
    public const string Embedding = "embedding";

    /// <summary>The reading that the de-tokenizer begins with, one vector a token: [B, 32, C].</summary>
    public const string Tokens = "tokens";

    /// <summary>The class labels that Stable Diffusion 2.1 unCLIP takes, [B, 2F]; SEED-1 has none. See <see cref="UnclipConditioning"/>.</summary>
    public const string Unclip = "unclip";

    private readonly SeedNetwork _network;

    /// <summary>Wraps a network whose weights are loaded.</summary>
    /// <param name="network">The network; owned from now on.</param>
    /// <param name="info">Description of the tokens.</param>
    /// <param name="device">Where the weights are.</param>
    public SeedTokenizer(SeedNetwork network, TokenizerInfo info, Device device)
    {
        ArgumentNullException.ThrowIfNull(network);
        (_network, Info, Device) = (network, info, device);
        FeatureKinds = network.Config.Head == SeedHead.Text || network.Config.FeatureWidth % 2 != 0 ? [Embedding, Tokens] : [Embedding, Tokens, Unclip];
        _network.eval();
    }

    /// <inheritdoc/>
    public TokenizerInfo Info { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>The network, owned by this tokenizer.</summary>
    public SeedNetwork Network => _network;

    /// <inheritdoc/>
    public IReadOnlyList<string> FeatureKinds { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pictures or the number of tokens do not fit the model.</exception>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ModelInput.RequirePictures(pictures, _network.Config.Vit.ImageSize);
        if (options?.Tokens is { } tokens && !Info.AllowsLength(tokens))
            throw new ArgumentException($"{tokens} tokens: this model gives exactly {QFormer.CausalQueries}", nameof(options));
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _network.Encode(PixelNormalization.Clip.Apply(pictures.to(ScalarType.Float32, Device))).MoveToOuterDisposeScope();
    }

    /// <summary>Never gives pixels: SEED leaves these to a diffusion model.</summary>
    /// <exception cref="PixelsUnavailableException">Always.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null) => throw new PixelsUnavailableException();

    /// <inheritdoc/>
    /// <remarks><see cref="Unclip"/> needs <see cref="FeatureOptions.Normalizer"/>. Its noise [1, F] is drawn on the CPU from the seed alone, the same for every
    /// row, so that labels do not depend on what is read beside them.</remarks>
    public Tensor Features(Tensor ids, string kind, FeatureOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (!FeatureKinds.Contains(kind))
            throw new ArgumentException($"\"{kind}\" is none of this model's features: {string.Join(", ", FeatureKinds)}", nameof(kind));
        if (ids.ndim != 2 || ids.dtype != ScalarType.Int64 || ids.size(1) != QFormer.CausalQueries)
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, {QFormer.CausalQueries}]", nameof(ids));
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor own = ids.to(Device);
        ModelInput.RequireRange(own, _network.Config.CodebookSize);
        Tensor raised = _network.Raise(own);                                                   // [B, 32, C]
        return (kind == Tokens ? raised : kind == Unclip ? Labels(_network.Embed(raised), options ?? new FeatureOptions()) : _network.Embed(raised)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private Tensor Labels(Tensor embeddings, FeatureOptions options)
    {
        long width = embeddings.size(1);
        if (options.Normalizer is not { } normalizer)
            throw new ArgumentException($"\"{Unclip}\" needs mean and std of the diffusion model, which are in neither these weights nor a token file: give its image_normalizer file as --normalizer or FeatureOptions.Normalizer", nameof(options));
        if (normalizer.Width != width)
            throw new ArgumentException($"the normalizer has mean and std [1, {normalizer.Width}], this model's embeddings [1, {width}]", nameof(options));
        if (options.NoiseLevel is < 0 or > FeatureOptions.MostNoiseLevel)
            throw new ArgumentException($"noise level {options.NoiseLevel}, expected 0 to {FeatureOptions.MostNoiseLevel}", nameof(options));
        using Generator generator = new(options.NoiseSeed);
        Tensor noise = randn([1, width], generator: generator).to(Device).expand_as(embeddings);
        return new UnclipConditioning().Labels(embeddings, noise, normalizer.Mean.to(Device), normalizer.Deviation.to(Device), options.NoiseLevel);
    }
}
