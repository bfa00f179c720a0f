using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Residual;

/// <summary>Opens residual tokenizers, with whatever refinement heads their weights hold.</summary>
internal sealed class ResidualFamily : IModelFamily
{
    public string Name => ResidualConfig.Family;

    public bool Recognizes(ModelConfig config) => config.Find("family") is { } family && family.ToJsonString() == $"\"{ResidualConfig.Family}\"";

    public TokenizerInfo Describe(ModelConfig config, string weightsDigest)
    {
        ResidualConfig settings = ResidualConfig.Parse(config.Root);
        return new TokenizerInfo
        {
            Name = Name,
            Family = Name,
            Order = TokenOrder.Nested,
            Vocabulary = new ImageVocabulary(new VocabularyRun(settings.Codes, settings.Tokens)),
            Lengths = [1, settings.Tokens],
            NativeWidth = settings.Size,
            NativeHeight = settings.Size,
            Preprocessing = new ImagePreprocessing { Filter = "lanczos" },
            Weights = weightsDigest,
        };
    }

    public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device)
    {
        ResidualConfig settings = ResidualConfig.Parse(config.Root);
        ResidualCodebooks books = ResidualCodebooks.Load(settings, weights, device);
        Dictionary<string, RefinementDecoder> heads = [];
        try
        {
            foreach (string look in RefinementHeads.Looks(weights))
                heads.Add(look, RefinementHeads.Load(weights, look, RefinementPlanes.Count(settings), device));
            return new ResidualTokenizer(info, books, heads);
        }
        catch
        {
            foreach (RefinementDecoder head in heads.Values)
                head.Dispose();
            books.Dispose();
            throw;
        }
    }
}
