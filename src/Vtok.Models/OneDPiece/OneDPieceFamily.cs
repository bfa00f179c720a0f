using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.OneDPiece;

/// <summary>Opens TiTok and TA-TiTok, or One-D-Piece: one network, two families of tokens.</summary>
internal sealed class OneDPieceFamily : IModelFamily
{
    private const string ProxyPrefix = "proxy.";
    private readonly bool _nested;

    private OneDPieceFamily(bool nested) => _nested = nested;

    /// <summary>Models whose every prefix decodes.</summary>
    public static OneDPieceFamily OneDPiece { get; } = new(nested: true);

    /// <summary>Models that need all their tokens.</summary>
    public static OneDPieceFamily TiTok { get; } = new(nested: false);

    public string Name => _nested ? OneDPieceConfig.NestedFamily : OneDPieceConfig.WholeFamily;

    public bool DecoderReadsText => true;

    public IReadOnlyList<KnownModel> Known =>
        [.. OneDPiecePresets.All.Where(preset => preset.Config.Nested == _nested).Select(preset => new KnownModel(preset.Name, OneDPiecePresets.Marks(preset.Config)))];

    public bool Recognizes(ModelConfig config) => PublishedConfig.Recognizes(config) && PublishedConfig.IsNested(config) == _nested;

    public ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries) =>
        OneDPiecePresets.Recognize(entries) is { } preset && preset.Config.Nested == _nested ? preset.Config.ToModelConfig() : null;

    public TokenizerInfo Describe(ModelConfig config, string weightsDigest) => OneDPieceInfo.Describe(OneDPieceConfig.Read(config), Name, weightsDigest);

    public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device)
    {
        OneDPieceConfig settings = OneDPieceConfig.Read(config, weights.Entries);
        SizeCheck.Require(settings.ApproximateParameters, weights);
        OneDPieceNetwork network = new(settings);
        ProxyTokenizer? proxy = null;
        try
        {
            // A stage-one checkpoint may carry its teacher, without which it has no pixels.
            WeightLoader.Load(network, weights, device, ignore: name => name.StartsWith(ProxyPrefix, StringComparison.Ordinal));
            if (network.Config.Form == OneDPieceForm.StageOne && weights.Entries.Keys.Any(name => name.StartsWith(ProxyPrefix, StringComparison.Ordinal)))
            {
                proxy = new ProxyTokenizer(network.Config.Proxy);
                WeightLoader.Load(proxy, new PrefixedWeights(weights, ProxyPrefix), device);
            }
            return new OneDPieceTokenizer(network, info, device, proxy);
        }
        catch
        {
            network.Dispose();
            proxy?.Dispose();
            throw;
        }
    }
}
