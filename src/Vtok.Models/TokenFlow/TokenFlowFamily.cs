using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.TokenFlow;

/// <summary>Opens TokenFlow tokenizers, published ones without a config by the shapes of their tensors.</summary>
internal sealed class TokenFlowFamily : IModelFamily
{
    // The authors' centre crop: halved while twice too large, then bicubic with a widened kernel; values -1..1 are made by the network's caller.
    private static readonly ImagePreprocessing Preprocessing = new() { Filter = "bicubic" };

    public string Name => TokenFlowConfig.FamilyName;

    public IReadOnlyList<KnownModel> Known => [.. TokenFlowPresets.All.Select(preset => preset.Model)];

    public bool Recognizes(ModelConfig config) => TokenFlowSettings.Recognizes(config);

    public ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries) => TokenFlowPresets.All.FirstOrDefault(preset => preset.Model.Fits(entries))?.ToModelConfig();

    public TokenizerInfo Describe(ModelConfig config, string weightsDigest)
    {
        TokenFlowConfig read = TokenFlowConfig.Read(config);
        return new TokenizerInfo
        {
            Name = Name,
            Family = Name,
            Order = TokenOrder.Scales,
            Vocabulary = new ImageVocabulary(new VocabularyRun(read.Quantizer.CodebookSize, read.Scales.Tokens)),
            Lengths = read.Scales.Lengths,
            NativeWidth = read.PictureSize,
            NativeHeight = read.PictureSize,
            Preprocessing = Preprocessing,
            Weights = weightsDigest,
        };
    }

    public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device)
    {
        TokenFlowConfig settings = TokenFlowConfig.Read(config);
        SizeCheck.Require(settings.ApproximateParameters, weights);
        TokenFlowNetwork network = new(settings);
        try
        {
            WeightLoader.Load(network, weights, device, ignore: name => name == TokenFlowNetwork.UsageBuffer);
            return new TokenFlowTokenizer(network, info, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
