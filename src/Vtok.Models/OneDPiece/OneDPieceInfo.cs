using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.OneDPiece;

/// <summary>Token descriptions of these models.</summary>
internal static class OneDPieceInfo
{
    // Evaluation transform of all of them: the shorter side to the crop size, bicubic with a widened kernel, centre crop, values 0..1.
    private static readonly ImagePreprocessing Preprocessing = new() { Filter = "bicubic" };

    /// <summary>Describes a discrete model.</summary>
    /// <remarks>TiTok's tokens form no grid and none can be left out, so of the orders of one length theirs is <see cref="TokenOrder.Causal"/>.</remarks>
    /// <exception cref="CheckpointException">The model is continuous.</exception>
    public static TokenizerInfo Describe(OneDPieceConfig config, string name, string weights)
    {
        if (config.Continuous)
            throw new CheckpointException(CheckpointError.Unsupported,
                $"{config.Family}: a continuous model (quantize_mode \"vae\") has no tokens to store; use one with quantize_mode \"vq\"");
        return new TokenizerInfo
        {
            Name = name,
            Family = config.Family,
            Order = config.Nested ? TokenOrder.Nested : TokenOrder.Causal,
            Vocabulary = new ImageVocabulary(new VocabularyRun(config.CodebookSize, config.LatentTokens)),
            Lengths = config.Nested ? [1, config.LatentTokens] : [config.LatentTokens],
            NativeWidth = config.CropSize,
            NativeHeight = config.CropSize,
            Preprocessing = Preprocessing,
            Weights = weights,
        };
    }

    /// <summary>Describes a proxy tokenizer at the size that it was trained on.</summary>
    public static TokenizerInfo Describe(ProxyTokenizerConfig config, string name, string weights)
    {
        int side = config.Resolution / config.Factor;
        return new TokenizerInfo
        {
            Name = name,
            Family = ProxyTokenizerFamily.FamilyName,
            Order = TokenOrder.Raster,
            Vocabulary = new ImageVocabulary(new VocabularyRun(config.CodebookSize, side * side)),
            Lengths = [side * side],
            NativeWidth = config.Resolution,
            NativeHeight = config.Resolution,
            Preprocessing = Preprocessing,
            Weights = weights,
        };
    }
}
