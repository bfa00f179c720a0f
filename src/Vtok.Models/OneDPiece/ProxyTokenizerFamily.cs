using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.OneDPiece;

/// <summary>Opens the MaskGIT-VQGAN on its own; its config is an object "proxy" at the top, since the authors publish none.</summary>
internal sealed class ProxyTokenizerFamily : IModelFamily
{
    public const string FamilyName = "maskgit-vqgan";

    private const string ConfigSection = "proxy";

    public string Name => FamilyName;

    public IReadOnlyList<KnownModel> Known { get; } =
    [
        new("maskgit-vqgan-imagenet-f16-256", new Dictionary<string, long[]>
        {
            ["encoder.conv_in.weight"] = [128, 3, 3, 3],
            ["encoder.mid.1.conv2.weight"] = [512, 512, 3, 3],
            ["quantize.embedding.weight"] = [1024, 256],
        }),
    ];

    public bool Recognizes(ModelConfig config) => config.Has(ConfigSection) && !config.Has("model");

    public ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries) =>
        Known[0].Fits(entries) ? ModelConfig.FromJson("{\"proxy\":{}}"u8) : null;

    public TokenizerInfo Describe(ModelConfig config, string weightsDigest) =>
        OneDPieceInfo.Describe(PublishedConfig.ReadProxy(config.Section(ConfigSection)), Name, weightsDigest);

    public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device)
    {
        ProxyTokenizerConfig settings = PublishedConfig.ReadProxy(config.Section(ConfigSection));
        SizeCheck.Require(settings.ApproximateParameters, weights);
        ProxyTokenizer network = new(settings);
        try
        {
            WeightLoader.Load(network, weights, device);
            return new ProxyTokenizerModel(network, info, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
