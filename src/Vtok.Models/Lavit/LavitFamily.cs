using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Lavit;

/// <summary>Opens LaVIT's tokenizer with whichever decoders are beside it.</summary>
internal sealed class LavitFamily : IModelFamily
{
    public const string LowPrefix = "decoder.", HighPrefix = "highres_decoder.";

    private static readonly WeightPart Tower = new("eva_vitg_psz14", "encoder."), Encoder = new("tokenizer_encoder"),
        Low = new("tokenizer_decoder", LowPrefix), High = new("highres_tokenizer_decoder", HighPrefix);

    public string Name => LavitConfig.Family;

    public bool EncoderSamples => true;

    public IReadOnlyList<IReadOnlyList<WeightPart>> PublishedParts { get; } =
    [
        [Tower, Encoder, Low, High],
        [Tower, Encoder, Low],
        [Tower, Encoder, High],
        [Tower, Encoder],
    ];

    public IReadOnlyList<KnownModel> Known { get; } =
    [
        new("lavit", new Dictionary<string, long[]> { ["quantize.embedding.weight"] = [16384, 32], ["causal_encoder.norm.weight"] = [1408], ["token_predictor.out_conv.4.weight"] = [2, 352] }),
        new("lavit's decoder for 512 pixels", new Dictionary<string, long[]> { ["in_proj.weight"] = [1408, 32], ["unet_proj.weight"] = [768, 1408] }),
        new("lavit's decoder for 1024 pixels", new Dictionary<string, long[]> { ["in_proj.weight"] = [1408, 32], ["unet_proj_2.weight"] = [1280, 1408] }),
    ];

    public bool Recognizes(ModelConfig config) => PublishedConfig.Recognizes(config);

    public ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries) => PublishedConfig.Infer(entries);

    public TokenizerInfo Describe(ModelConfig config, string weightsDigest) => Describe(PublishedConfig.Read(config), Name, weightsDigest);

    internal static TokenizerInfo Describe(LavitConfig settings, string name, string weightsDigest) => new()
    {
        Name = name,
        Family = LavitConfig.Family,
        Order = TokenOrder.Set,
        Vocabulary = new ImageVocabulary(new VocabularyRun(settings.Codes, settings.Positions)),
        Lengths = [1, settings.Positions],
        NativeWidth = settings.Tower.ImageSize,
        NativeHeight = settings.Tower.ImageSize,
        Preprocessing = LavitPreprocessing.Description,
        Weights = weightsDigest,
    };

    public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device)
    {
        LavitConfig settings = PublishedConfig.Read(config, weights.Entries);
        SizeCheck.Require(settings.ApproximateParameters, weights);
        LavitNetwork network = new(settings);
        LavitDecoder? low = null, high = null;
        try
        {
            WeightLoader.Load(network, weights, device, ignore: name => Begins(name, LowPrefix) || Begins(name, HighPrefix));
            low = Decoder(settings, weights, LowPrefix, device);
            high = Decoder(settings, weights, HighPrefix, device);
            return new LavitTokenizer(network, low, high, info, device);
        }
        catch
        {
            network.Dispose();
            low?.Dispose();
            high?.Dispose();
            throw;
        }
    }

    private static LavitDecoder? Decoder(LavitConfig settings, IWeightSource weights, string prefix, Device device)
    {
        if (!weights.Entries.Keys.Any(name => Begins(name, prefix)))
            return null;
        using PrefixedWeights own = new(weights, prefix);
        LavitDecoderConfig shapes = LavitDecoderConfig.FromShapes(own.Entries, settings.Heads);
        if (shapes.IsHigh != (prefix == HighPrefix))
            throw Wrong(prefix, shapes.IsHigh ? "the decoder for the high resolution" : "the decoder for the low resolution", prefix == HighPrefix ? "the one for the high resolution" : "the one for the low resolution");
        if (shapes.Positions != settings.Positions || shapes.CodeDimension != settings.CodeDimension)
            throw Wrong(prefix, $"{shapes.Positions} positions and codes of {shapes.CodeDimension} numbers", $"{settings.Positions} and {settings.CodeDimension}, as the encoder has");
        SizeCheck.Require(shapes.ApproximateParameters, weights);
        LavitDecoder decoder = new(shapes);
        try
        {
            WeightLoader.Load(decoder, own, device);
            return decoder;
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    private static bool Begins(string name, string prefix) => name.StartsWith(prefix, StringComparison.Ordinal);

    private static CheckpointException Wrong(string prefix, string found, string expected) =>
        new(CheckpointError.Mismatch, $"{prefix}*: {found}, expected {expected}");
}
