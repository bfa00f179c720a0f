using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.LlamaGen;

/// <summary>Opens LlamaGen's tokenizers. The published .pt files carry no config and are known by the shapes of their tensors.</summary>
internal sealed class LlamaGenFamily : IModelFamily
{
    public const string FamilyName = "llamagen";

    private const int Half = 500_000_000; // mean and deviation in units of 10^-9: values in -1..1

    public string Name => FamilyName;

    public IReadOnlyList<KnownModel> Known { get; } = [Mark("llamagen-vq-16", level: 4, LlamaGenConfig.Vq16), Mark("llamagen-vq-8", level: 3, LlamaGenConfig.Vq8)];

    public bool Recognizes(ModelConfig config) => PublishedConfig.Recognizes(config);

    public ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries) =>
        Known[0].Fits(entries) ? PublishedConfig.Write(LlamaGenConfig.Vq16)
        : Known[1].Fits(entries) ? PublishedConfig.Write(LlamaGenConfig.Vq8)
        : null;

    public TokenizerInfo Describe(ModelConfig config, string weightsDigest) => Describe(PublishedConfig.Read(config), weightsDigest);

    public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device) =>
        new LlamaGenTokenizer(LlamaGenNetwork.Load(PublishedConfig.Read(config), weights, device), info, device);

    internal static TokenizerInfo Describe(LlamaGenConfig config, string weightsDigest) => new()
    {
        Name = FamilyName,
        Family = FamilyName,
        Order = TokenOrder.Raster,
        Vocabulary = new ImageVocabulary(new VocabularyRun(config.Vocabulary, 0)),
        Lengths = [],
        Factor = config.Factor,
        Preprocessing = new ImagePreprocessing { Filter = "bicubic", Mean = [Half, Half, Half], Std = [Half, Half, Half] },
        Weights = weightsDigest,
    };

    // The coarsest level, where four times the width begins, tells the two models apart.
    private static KnownModel Mark(string name, int level, LlamaGenConfig config) => new(name, new Dictionary<string, long[]>
    {
        ["encoder.conv_in.weight"] = [config.Channels, 3, 3, 3],
        [$"encoder.conv_blocks.{level}.res.0.conv1.weight"] = [4 * config.Channels, 2 * config.Channels, 3, 3],
        ["quantize.embedding.weight"] = [config.CodebookSize, config.CodeDimension],
        ["post_quant_conv.weight"] = [config.LatentChannels, config.CodeDimension, 1, 1],
    });
}
