using Vtok.Models.FlexTok;
using Vtok.Models.LlamaGen;
using Vtok.Models.Lavit;
using Vtok.Models.OneDPiece;
using Vtok.Models.Residual;
using Vtok.Models.TokenFlow;
using Vtok.Models.Seed;

namespace Vtok.Models.Weights;

/// <summary>All families, one line each.</summary>
public static class ModelFamilies
{
    /// <summary>The families in the order in which they are asked; the more particular ones first.</summary>
    public static IReadOnlyList<IModelFamily> All { get; } =
    [
        OneDPieceFamily.OneDPiece,
        OneDPieceFamily.TiTok,
        new ProxyTokenizerFamily(),
        new ResidualFamily(),
        new FlexTokFamily(),
        new LlamaGenFamily(),
        new TokenFlowFamily(),
        new SeedFamily(),
        new LavitFamily(),
    ];

    /// <summary>The family of a config.</summary>
    /// <exception cref="CheckpointException">No family knows it; the message lists them.</exception>
    public static IModelFamily Of(ModelConfig config) => Of(config, All);

    /// <summary>The config of a published model that ships none, from the tensors of its checkpoint; null for models that are not known.</summary>
    public static ModelConfig? Infer(IReadOnlyDictionary<string, TensorEntry> entries) => All.Select(family => family.Infer(entries)).FirstOrDefault(config => config is not null);

    /// <summary>The config that the header of a weight file carries, or null.</summary>
    public static ModelConfig? FromMetadata(IReadOnlyDictionary<string, string> metadata) => All.Select(family => family.FromMetadata(metadata)).FirstOrDefault(config => config is not null);

    internal static IModelFamily Of(ModelConfig config, IReadOnlyList<IModelFamily> families) =>
        families.FirstOrDefault(family => family.Recognizes(config)) ?? throw new CheckpointException(CheckpointError.UnknownFamily,
            $"the config belongs to no known family (known: {string.Join(", ", families.Select(family => family.Name))})");

    /// <summary>The name of a published model that a checkpoint looks like, or null.</summary>
    public static string? Recognize(IReadOnlyDictionary<string, TensorEntry> entries) => All.SelectMany(family => family.Known).FirstOrDefault(model => model.Fits(entries))?.Name;
}
