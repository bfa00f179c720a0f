using Vtok.Models.OneDPiece;
using Vtok.Training.Recipes;

namespace Vtok.Training.Titok;

/// <summary>Reads the "network" of a recipe: a published model by name, with any of its values replaced.</summary>
internal static class TitokNetworkRecipe
{
    private const int MostWidth = 1 << 14;

    /// <summary>The settings of the network in the form of a stage.</summary>
    public static OneDPieceConfig Read(RecipeSection section, OneDPieceForm form)
    {
        bool single = form == OneDPieceForm.OneStage;
        string[] names = [.. OneDPiecePresets.All.Where(preset => single || preset.Config.Text is null).Select(preset => preset.Name)];
        string usual = OneDPiecePresets.All.First(preset => preset.Config.Text is null).Name;
        OneDPieceConfig preset = OneDPiecePresets.Find(section.Choice("preset", usual, names))!.Config;
        bool continuous = section.Flag("continuous", preset.Continuous);
        if (continuous && !single)
            section.Fault("continuous", "only single-stage training has continuous tokens");
        ProxyTokenizerConfig proxy = preset.Proxy;
        TextGuidance published = preset.Text ?? TextGuidance.Published;
        TextGuidance? text = single && section.Flag("text", preset.Text is not null)
            ? new TextGuidance(section.Integer("textLength", published.Length, 1, 65536), section.Integer("textWidth", published.Width, 1, MostWidth))
            : null;
        int patch = section.Integer("patch", preset.DecoderPatch, 1, 256);
        var config = new OneDPieceConfig
        {
            Encoder = Size(section, "encoder", preset.Encoder),
            Decoder = Size(section, "decoder", preset.Decoder),
            LatentTokens = section.Integer("tokens", preset.LatentTokens, 1, 65536),
            TokenSize = section.Integer("tokenSize", preset.TokenSize, 1, MostWidth),
            CodebookSize = section.Integer("codebook", preset.CodebookSize, continuous ? 0 : 2, 1 << 24),
            Normalize = section.Flag("normalize", preset.Normalize),
            CommitmentCost = section.Number("commitment", preset.CommitmentCost, 0, 100),
            Clustering = section.Flag("clustering", preset.Clustering),
            Continuous = continuous,
            Text = text,
            Form = form,
            Nested = section.Flag("nested", preset.Nested),
            CropSize = section.Integer("crop", preset.CropSize, 8, 4096),
            EncoderPatch = patch,
            DecoderPatch = patch,
            Proxy = proxy,
        };
        if (config.Nested && text is not null)
            section.Fault("text", "a decoder that reads text reads all tokens: no nested one does");
        try
        {
            config.Validate();
        }
        catch (ArgumentException e)
        {
            section.Fault("preset", e.Message.ReplaceLineEndings(" "));
        }
        return config;
    }

    private static TransformerSize Size(RecipeSection section, string name, TransformerSize preset) => new(
        section.Integer(name + "Width", preset.Width, 1, MostWidth),
        section.Integer(name + "Layers", preset.Layers, 1, 1024),
        section.Integer(name + "Heads", preset.Heads, 1, 1024));
}
