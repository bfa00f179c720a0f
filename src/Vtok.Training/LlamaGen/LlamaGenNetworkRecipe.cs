using Vtok.Models.LlamaGen;
using Vtok.Models.Quantizers;
using Vtok.Training.Recipes;

namespace Vtok.Training.LlamaGen;

/// <summary>Reads the "network" and the "quantizer" of a recipe: a published model by name, with any of its values replaced.</summary>
internal static class LlamaGenNetworkRecipe
{
    private const int MostWidth = 1 << 14;

    /// <summary>The settings of the network.</summary>
    public static LlamaGenConfig Read(RecipeSection network, RecipeSection quantizer)
    {
        LlamaGenConfig preset = network.Choice("preset", "vq-16", "vq-16", "vq-8") == "vq-8" ? LlamaGenConfig.Vq8 : LlamaGenConfig.Vq16;
        IReadOnlyList<int> encoder = network.Integers("encoderMultipliers", preset.EncoderMultipliers, 1, 64);
        LlamaGenConfig config = ReadQuantizer(quantizer, preset with
        {
            Channels = network.Integer("channels", preset.Channels, 1, MostWidth),
            EncoderMultipliers = encoder,
            DecoderMultipliers = network.Integers("decoderMultipliers", encoder, 1, 64),
            Blocks = network.Integer("blocks", preset.Blocks, 1, 1024),
            NormGroups = network.Integer("groups", preset.NormGroups, 1, MostWidth),
            LatentChannels = network.Integer("latentChannels", preset.LatentChannels, 1, MostWidth),
            Attention = network.Flag("attention", preset.Attention),
        });
        try
        {
            config.Validate();
        }
        catch (ArgumentException e)
        {
            network.Fault("preset", e.Message.ReplaceLineEndings(" "));
        }
        return config;
    }

    private static LlamaGenConfig ReadQuantizer(RecipeSection section, LlamaGenConfig preset)
    {
        var kind = (QuantizerKind)Index(section, "kind", QuantizerNames.Kinds);
        LlamaGenConfig config = preset with { Kind = kind, ShowUsage = section.Flag("publishedUsage", false) };
        switch (kind)
        {
            case QuantizerKind.FiniteScalar:
                IReadOnlyList<int> levels = section.Integers("levels", [8, 8, 8, 5, 5, 5], 2, FiniteScalarQuantizerConfig.MostLevels);
                return config with { Levels = levels, CodeDimension = levels.Count, CodebookSize = (int)Math.Min(levels.Aggregate(1L, (all, l) => all * l), int.MaxValue) };
            case QuantizerKind.LookupFree or QuantizerKind.Spherical:
                int bits = section.Integer("bits", 14, 1, 30);
                return config with
                {
                    CodeDimension = bits,
                    CodebookSize = 1 << bits,
                    CommitmentCost = section.Number("commitment", 0.25, 0, 100),
                    EntropyCost = section.Number("entropy", 0.1, 0, 100),
                };
            default:
                return config with
                {
                    Learning = (CodebookLearning)Index(section, "learning", QuantizerNames.Learning),
                    CodebookSize = section.Integer("codes", preset.CodebookSize, 2, 1 << 24),
                    CodeDimension = section.Integer("dimension", preset.CodeDimension, 1, MostWidth),
                    Normalize = section.Flag("normalize", kind == QuantizerKind.Vector && preset.Normalize),
                    Depth = kind == QuantizerKind.Residual ? section.Integer("depth", 2, 1, 30) : 1,
                    Decay = section.Number("decay", preset.Decay, 0, 0.999999),
                    CommitmentCost = section.Number("commitment", preset.CommitmentCost, 0, 100),
                    EntropyCost = section.Number("entropy", preset.EntropyCost, 0, 100),
                };
        }
    }

    private static int Index(RecipeSection section, string name, IReadOnlyList<string> names)
    {
        string chosen = section.Choice(name, names[0], names);
        return names.TakeWhile(candidate => candidate != chosen).Count();
    }
}
