using System.Text.Json.Nodes;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.FlexTok;

/// <summary>Opens FlexTok.</summary>
internal sealed class FlexTokFamily : IModelFamily
{
    private const int Half = 500_000_000;

    public string Name => FlexTokConfig.Family;

    public IReadOnlyList<KnownModel> Known => [.. FlexTokPresets.All.Select(preset => new KnownModel(preset.Key, FlexTokPresets.Marks(preset.Value)))];

    public bool DecoderSamples => true;

    public bool Recognizes(ModelConfig config) => FlexTokTree.Recognizes(config);

    /// <summary>The tree that a published weight file carries in its header, each value the text of a Python object.</summary>
    public ModelConfig? FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(FlexTokTargets.Member, out string? target) || !FlexTokTargets.IsOurs(JsonValue.Create(target)))
            return null;
        var tree = new JsonObject();
        foreach ((string name, string text) in metadata)
            tree[name] = text.TrimStart() is ['{' or '[' or '(', ..] or "None" ? PythonLiteral.Parse(text, $"metadata {name}") : JsonValue.Create(text);
        return ModelConfig.FromTree(tree, "metadata");
    }

    public TokenizerInfo Describe(ModelConfig config, string weightsDigest)
    {
        FlexTokConfig read = FlexTokTree.Read(config);
        return new TokenizerInfo
        {
            Name = Name,
            Family = Name,
            Order = read.Encoder.Registers > 0 ? TokenOrder.Nested : TokenOrder.Raster,
            Vocabulary = new ImageVocabulary(new VocabularyRun(Codes(read), read.Encoder.Tokens)),
            Lengths = read.Encoder.Registers > 0 ? [1, read.Encoder.Registers] : [read.Encoder.Tokens],
            NativeWidth = read.Width,
            NativeHeight = read.Height,
            Preprocessing = new ImagePreprocessing { Filter = "bilinear", Mean = [Half, Half, Half], Std = [Half, Half, Half] },
            Weights = weightsDigest,
        };
    }

    public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device)
    {
        FlexTokConfig settings = FlexTokTree.Read(config);
        SizeCheck.Require(settings.ApproximateParameters, weights);
        var network = new FlexTokNetwork(settings);
        try
        {
            WeightLoader.Load(network, new PublishedWeights(weights), device, ignore: name => IsForTraining(config, name));
            return new FlexTokTokenizer(network, info, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    // A projector of features to those of another network is used by a training loss alone.
    private static bool IsForTraining(ModelConfig config, string name) =>
        name.Split('.') is ["decoder", "module_dict", var module, ..] && FlexTokTargets.ClassOf(config.Find($"decoder.module_dict.{module}")) == "MLPHead";

    private static int Codes(FlexTokConfig config) => config.Levels.Aggregate(1, (product, levels) => checked(product * levels));
}
