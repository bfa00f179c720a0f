using Vtok.Models.Layers.Flow;
using Vtok.Models.Quantizers;
using Vtok.Streams;
using Vtok.Torch;

namespace Vtok.Models.FlexTok;

/// <summary>FlexTok (arXiv 2502.13967): a picture to 1 to N nested tokens, or to a grid of them where there are no registers, and back through a rectified flow.</summary>
/// <remarks>
/// Decoding is generative: any prefix gives a plausible picture, and the seed decides what the tokens leave open. Noise comes from a
/// generator of the CPU, the same for every picture of a batch, so a picture does not depend on its neighbours.
/// </remarks>
public sealed class FlexTokTokenizer : ITokenizerModel
{
    /// <summary>Steps when the options name none.</summary>
    public const int DefaultSteps = 20;

    /// <summary>Guidance scale when the options name none; guidance is projected.</summary>
    public const double DefaultGuidance = 7.5;

    private readonly FlexTokNetwork _network;
    private readonly FiniteScalarQuantizer _quantizer;

    /// <summary>Wraps a network whose weights are loaded.</summary>
    /// <param name="network">Owned from now on.</param>
    /// <param name="info">Description of the tokens.</param>
    /// <param name="device">Where the weights are.</param>
    public FlexTokTokenizer(FlexTokNetwork network, TokenizerInfo info, Device device)
    {
        (_network, _quantizer, Info, Device) = (network, network.CreateQuantizer(), info, device);
        _network.eval();
    }

    /// <inheritdoc/>
    public TokenizerInfo Info { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>Seed of a draw of the latents, as the published code does by default; null, the default here, takes their mean, so that ids do not depend on chance.</summary>
    public ulong? PosteriorSeed { get; init; }

    /// <summary>How the flow is followed. Default: <see cref="FlowSolver.Euler"/>.</summary>
    public FlowSolver Solver { get; init; }

    /// <summary>What guidance is like but for its scale. Default: projected, as the authors recommend.</summary>
    public FlowGuidance Guidance { get; init; } = new() { Scale = DefaultGuidance, Projected = true };

    /// <summary>The network, owned by this tokenizer.</summary>
    public FlexTokNetwork Network => _network;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pictures or the number of tokens do not fit the model.</exception>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null)
    {
        FlexTokEncoderConfig encoder = _network.Config.Encoder;
        int tokens = options?.Tokens ?? encoder.Tokens;
        if (tokens < Fewest || tokens > encoder.Tokens)
            throw new ArgumentException($"{tokens} tokens: this model gives {Counts}", nameof(options));
        CheckPictures(pictures);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor latents = Latents(pictures);
        Tensor features = _network.Encoder.Encode(latents, encoder.Nested ? tokens : encoder.Registers);      // [B, n, d]
        return _quantizer.Encode(features).narrow(1, 0, tokens).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Ids of another shape or outside the codebook, options out of range, or a look, which there is none of.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null)
    {
        CheckIds(ids);
        if (options?.Look is { } look)
            throw new ArgumentException($"look \"{look}\" is not in this model, which has one look", nameof(options));
        int steps = options?.Steps ?? DefaultSteps;
        if (steps is < 1 or > RectifiedFlowSampler.MostSteps)
            throw new ArgumentException($"{steps} steps: expected 1 to {RectifiedFlowSampler.MostSteps}", nameof(options));
        double scale = options?.Guidance ?? Guidance.Scale;
        if (!double.IsFinite(scale) || scale < 0)
            throw new ArgumentException($"guidance {scale}: expected 0 or more", nameof(options));
        FlexTokConfig config = _network.Config;
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(options?.Seed ?? 0);
        long[] shape = [1, config.Decoder.LatentChannels, config.Decoder.Grid[0] * config.Decoder.Patch, config.Decoder.Grid[1] * config.Decoder.Patch];
        Tensor Noise() => randn(shape, generator: generator).to(Device).repeat(ids.size(0), 1, 1, 1); // [B, C, h, w]
        Tensor latents = Sample(Codes(ids), Noise(), new RectifiedFlowSampler(steps, Solver), Guidance with { Scale = scale }, Noise);
        return ((_network.Autoencoder.Decode(latents) + 1) / 2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _quantizer.Dispose();
    }

    /// <summary>Codes to latents: [B, n, d] and noise [B, C, h, w] to scaled latents [B, C, h, w].</summary>
    internal Tensor Sample(Tensor codes, Tensor noise, RectifiedFlowSampler sampler, FlowGuidance guidance, Func<Tensor>? renewal = null)
    {
        using IDisposable fast = Affine.AnyLibrary();
        using DisposeScope scope = NewDisposeScope();
        using var flow = new FlexTokFlow(_network.Decoder, [CodePrefix.Of(codes)], guidance.NeedsNull, noise.size(2), noise.size(3), sampler.Times);
        using var guide = new FlowGuide(guidance);
        Tensor latents = sampler.Sample(noise, (x, time) =>
        {
            (Tensor conditional, Tensor? empty) = flow.Velocity(x, time);
            return empty is null ? conditional : guide.Combine(conditional, empty, time);
        }, renewal);
        return latents.MoveToOuterDisposeScope();
    }

    /// <summary>Ids to codes: int64 [B, n] to [B, n, d].</summary>
    internal Tensor Codes(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        return _quantizer.Decode(ids.to(Device)).MoveToOuterDisposeScope();
    }

    // Without registers no token can be left out.
    private int Fewest => _network.Config.Encoder.Registers > 0 ? 1 : _network.Config.Encoder.Tokens;

    private string Counts => Fewest == 1 ? $"1 to {_network.Config.Encoder.Tokens}" : $"exactly {Fewest}";

    private Tensor Latents(Tensor pictures)
    {
        Tensor centred = pictures.to(ScalarType.Float32, Device) * 2 - 1;
        if (PosteriorSeed is not { } seed)
            return _network.Autoencoder.Encode(centred, null);
        int factor = _network.Config.Autoencoder.Factor;
        using var generator = new Generator(seed);
        Tensor noise = randn([1, _network.Config.Autoencoder.LatentChannels, pictures.size(2) / factor, pictures.size(3) / factor], generator: generator).to(Device);
        return _network.Autoencoder.Encode(centred, noise);
    }

    private void CheckPictures(Tensor pictures)
    {
        FlexTokConfig config = _network.Config;
        if (pictures.ndim != 4 || pictures.size(1) != config.Autoencoder.PictureChannels)
            throw new ArgumentException($"pictures [{string.Join(", ", pictures.shape)}], expected [B, {config.Autoencoder.PictureChannels}, H, W]", nameof(pictures));
        long height = pictures.size(2), width = pictures.size(3);
        if (height < 1 || width < 1 || height % config.PatchPixels != 0 || width % config.PatchPixels != 0 || height > config.Height || width > config.Width)
            throw new ArgumentException($"pictures of {width}x{height}: both sides must be divisible by {config.PatchPixels}, at most {config.Width}x{config.Height}", nameof(pictures));
        if (config.Encoder.Registers == 0 && (height != config.Height || width != config.Width))
            throw new ArgumentException($"pictures of {width}x{height}: expected {config.Width}x{config.Height}, whose patches are the tokens", nameof(pictures));
    }

    private void CheckIds(Tensor ids)
    {
        if (ids.ndim != 2 || ids.dtype != ScalarType.Int64 || ids.size(0) < 1 || ids.size(1) < Fewest || ids.size(1) > _network.Config.Decoder.Tokens)
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, n] with n {Counts}", nameof(ids));
        using DisposeScope scope = NewDisposeScope();
        if (ids.lt(0).logical_or(ids.ge(_quantizer.CodebookSize)).any().item<bool>())
            throw new ArgumentException($"an id is outside 0..{_quantizer.CodebookSize - 1}", nameof(ids));
    }
}
