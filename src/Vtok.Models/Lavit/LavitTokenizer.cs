using Vtok.Models.Layers.Vision;
using Vtok.Streams;

namespace Vtok.Models.Lavit;

/// <summary>LaVIT as a tokenizer: pictures to as many ids as they need, and ids to the conditioning of the diffusion model that draws the pixels.</summary>
public sealed class LavitTokenizer : ITokenizerModel, IDynamicLengthTokenizer, IFeatureTokenizer
{
    /// <summary>What takes the place of the text in the diffusion model for 512 pixels: [B, N, E].</summary>
    public const string Conditioning = "conditioning";

    /// <summary>What takes the place of the text in the diffusion model for about 1024 pixels: [B, N, E].</summary>
    public const string Prompt = "prompt";

    /// <summary>The picture's one vector for that model: [B, P].</summary>
    public const string Pooled = "pooled";

    /// <summary>The estimate of the tower's features of all patches: [B, N, F].</summary>
    public const string Visual = "visual";

    /// <summary>The codes themselves: [B, n, D].</summary>
    public const string Codes = "codes";

    private readonly LavitNetwork _network;
    private readonly LavitDecoder? _low, _high;

    /// <summary>Wraps networks whose weights are loaded.</summary>
    /// <param name="network">The encoder's side; owned from now on.</param>
    /// <param name="low">The decoder for 512 pixels, or null; owned from now on.</param>
    /// <param name="high">The decoder for about 1024 pixels, or null; owned from now on.</param>
    /// <param name="info">Description of the tokens.</param>
    /// <param name="device">Where the weights are.</param>
    public LavitTokenizer(LavitNetwork network, LavitDecoder? low, LavitDecoder? high, TokenizerInfo info, Device device)
    {
        ArgumentNullException.ThrowIfNull(network);
        (_network, _low, _high, Info, Device) = (network, low, high, info, device);
        network.eval();
        low?.eval();
        high?.eval();
        FeatureKinds =
        [
            .. low is null ? Array.Empty<string>() : [Conditioning],
            .. high is null ? Array.Empty<string>() : [Prompt, Pooled],
            .. low is null && high is null ? Array.Empty<string>() : [Visual],
            Codes,
        ];
    }

    /// <inheritdoc/>
    public TokenizerInfo Info { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    /// <remarks>All but the codes need a decoder beside the encoder.</remarks>
    public IReadOnlyList<string> FeatureKinds { get; }

    /// <summary>The encoder's side, owned by this tokenizer.</summary>
    public LavitNetwork Network => _network;

    /// <inheritdoc/>
    /// <remarks>For pictures that keep equally many patches; <see cref="EncodeDynamic"/> is for any.</remarks>
    /// <exception cref="ArgumentException">The pictures or the number of tokens do not fit the model.</exception>
    /// <exception cref="InvalidOperationException">The pictures keep different numbers of patches.</exception>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null)
    {
        IReadOnlyList<DynamicTokens> tokens = EncodeDynamic(pictures, options);
        int[] counts = [.. tokens.Select(picture => picture.Ids.Length).Distinct()];
        if (counts.Length > 1)
            throw new InvalidOperationException($"the pictures keep {string.Join(", ", counts)} tokens: encode them one by one, or with EncodeDynamic");
        using DisposeScope scope = NewDisposeScope();
        int[] ids = [.. tokens.SelectMany(picture => picture.Ids.ToArray())];
        return tensor(ids, [tokens.Count, counts[0]], ScalarType.Int32).to(ScalarType.Int64, Device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Deterministic unless a seed is given; then all pictures get the same draws, so that the ids of one do not depend on its neighbours.
    /// A picture that would keep nothing keeps its likeliest patch, one that would keep more than was asked for its likeliest ones.
    /// </remarks>
    /// <exception cref="ArgumentException">The pictures or the number of tokens do not fit the model.</exception>
    public IReadOnlyList<DynamicTokens> EncodeDynamic(Tensor pictures, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        int most = options?.Tokens ?? _network.Config.Positions;
        ModelInput.RequirePictures(pictures, _network.Config.Tower.ImageSize);
        if (pictures.size(0) < 1)
            throw new ArgumentException("no pictures", nameof(pictures));
        if (!Info.AllowsLength(most))
            throw new ArgumentException($"{most} tokens: this model gives 1 to {_network.Config.Positions}", nameof(options));
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor features = _network.Features(PixelNormalization.Clip.Apply(pictures.to(ScalarType.Float32, Device)));   // [B, N, C]
        Tensor log = _network.Selector.call(features);                                                                  // [B, N, 2]
        Tensor keep = KeepDecision.Bound(KeepDecision.Keep(log, Noise(options?.Seed)), log, most);                      // [B, N]
        Tensor merged = _network.Merger.call(features, keep.to(features.dtype));                                        // [B, N, C]
        Tensor ids = _network.Quantizer.Encode(_network.Narrow(LavitNetwork.Kept(merged, keep)));                       // [T]
        return Split(keep.cpu(), ids.to(ScalarType.Int32).cpu());
    }

    /// <summary>Never gives pixels: LaVIT leaves these to a diffusion model.</summary>
    /// <exception cref="PixelsUnavailableException">Always.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null) => throw new PixelsUnavailableException();

    /// <inheritdoc/>
    public Tensor Features(Tensor ids, string kind, FeatureOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (!FeatureKinds.Contains(kind))
            throw new ArgumentException($"\"{kind}\" is none of this model's features: {string.Join(", ", FeatureKinds)}", nameof(kind));
        if (ids.ndim != 2 || ids.size(0) < 1 || ids.dtype != ScalarType.Int64 || !Info.AllowsLength((int)ids.size(1)))
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, 1..{_network.Config.Positions}]", nameof(ids));
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor own = ids.to(Device);
        ModelInput.RequireRange(own, _network.Config.Codes);
        Tensor codes = _network.Quantizer.Decode(own);                                              // [B, n, D]
        if (kind == Codes)
            return codes.MoveToOuterDisposeScope();
        LavitDecoder decoder = (kind is Prompt or Pooled ? _high : kind == Conditioning ? _low : _low ?? _high)!;
        int[] counts = [.. Enumerable.Repeat((int)ids.size(1), (int)ids.size(0))];
        Tensor rebuilt = decoder.Features(codes.flatten(0, 1), counts);                             // [B, N, F]
        Tensor read = kind == Visual ? rebuilt : kind == Pooled ? decoder.Pooled(rebuilt) : decoder.Prompt(rebuilt);
        return read.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _network.Dispose();
        _low?.Dispose();
        _high?.Dispose();
    }

    private Tensor? Noise(ulong? seed)
    {
        if (seed is not { } number)
            return null;
        using Generator generator = new(number);
        return KeepDecision.Noise(1, _network.Config.Positions, generator).to(Device); // [1, N, 2]
    }

    private static DynamicTokens[] Split(Tensor keep, Tensor ids)
    {
        int length = (int)keep.size(1), next = 0;
        bool[] kept = keep.contiguous().data<bool>().ToArray();
        int[] all = ids.data<int>().ToArray();
        var pictures = new DynamicTokens[keep.size(0)];
        for (int b = 0; b < pictures.Length; b++)
        {
            int[] positions = [.. Enumerable.Range(0, length).Where(i => kept[b * length + i])];
            pictures[b] = new DynamicTokens(all.AsMemory(next, positions.Length), positions);
            next += positions.Length;
        }
        return pictures;
    }
}
