using Vtok.Models.LlamaGen;
using Vtok.Models.OneDPiece;
using Vtok.Models.Residual;

namespace Vtok.Training.Measures;

/// <summary>Bytes that a network's forward pass keeps for the gradients of one picture, counted layer by layer.</summary>
/// <remarks>An estimate: kernels' own workspace is not in it. Perceptual networks and discriminators are not counted.</remarks>
internal static class KeptActivations
{
    private const int Single = 4, Half = 2;
    private const int Mixed = 3; // a transformer under autocast: products in bfloat16, norms and sums in float32

    /// <summary>TiTok and One-D-Piece: both transformers and the pictures.</summary>
    public static long OfTitok(OneDPieceConfig config, bool bfloat16)
    {
        long grid = config.CropSize / config.EncoderPatch, positions = 1 + grid * grid + config.LatentTokens + (config.Text?.Length ?? 0);
        return (Transformer(config.Encoder, positions) + Transformer(config.Decoder, positions)) * (bfloat16 ? Mixed : Single)
            + 4L * 3 * config.CropSize * config.CropSize * Single;
    }

    /// <summary>LlamaGen's encoder and decoder.</summary>
    /// <param name="config">The network.</param>
    /// <param name="side">Side of the pictures.</param>
    /// <param name="bfloat16">Whether products are computed in it.</param>
    public static long OfLlamaGen(LlamaGenConfig config, int side, bool bfloat16)
    {
        long values = 4L * 3 * side * side, channels = config.Channels, at = side;
        for (int level = 0; level < config.EncoderMultipliers.Count; level++)
        {
            bool last = level == config.EncoderMultipliers.Count - 1;
            values += Level(ref channels, config.EncoderMultipliers[level] * config.Channels, config.Blocks, at * at, last && config.Attention);
            if (last)
                continue;
            values += channels * (at + 1) * (at + 1); // the padded input of a convolution of stride 2
            at /= 2;
        }
        values += Middle(channels, at * at, config.Attention) + (3 * channels + 3L * config.LatentChannels + 4L * config.CodeDimension) * at * at;
        channels = config.DecoderMultipliers[^1] * config.Channels;
        values += Middle(channels, at * at, config.Attention);
        for (int level = config.DecoderMultipliers.Count - 1; level >= 0; level--)
        {
            values += Level(ref channels, config.DecoderMultipliers[level] * config.Channels, config.Blocks + 1, at * at,
                level == config.DecoderMultipliers.Count - 1 && config.Attention);
            if (level == 0)
                continue;
            at *= 2;
            values += channels * at * at; // the enlarged input of a convolution
        }
        return (values + 3 * channels * at * at) * (bfloat16 ? Half : Single);
    }

    /// <summary>The residual family's decoder, with its loss on all pixels.</summary>
    /// <param name="config">The network.</param>
    /// <param name="planes">Planes of its input.</param>
    /// <param name="window">Side of the windows.</param>
    /// <param name="bfloat16">Whether products are computed in it.</param>
    public static long OfRefinement(RefinementConfig config, int planes, int window, bool bfloat16)
    {
        const int pictures = 20; // of a window's size: dequantized stages, sums and the terms of the loss, as measured
        long cells = (long)window * window / (RefinementDecoder.CellSize * RefinementDecoder.CellSize);
        long values = 2 * planes * cells;
        int[] level = [0, 1, 2, 1, 0]; // of the groups of blocks
        for (int group = 0; group < level.Length; group++)
            values += 3L * config.Blocks[group] * config.Widths[level[group]] * (cells >> (2 * level[group])); // input, and both sides of the rectifier
        return values * (bfloat16 ? Half : Single) + pictures * 3L * window * window * Single;
    }

    // A position keeps the residual stream twice, both norms, q k v, the attention's sum, and the four times wider hidden layer before and after its GELU.
    private static long Transformer(TransformerSize size, long positions) => 16L * size.Width * size.Layers * positions;

    private static long Level(ref long channels, long wanted, int blocks, long pixels, bool attention)
    {
        long values = 0;
        for (int block = 0; block < blocks; block++, channels = wanted)
            values += Residual(channels, wanted, pixels) + (attention ? Attention(wanted, pixels) : 0);
        return values;
    }

    private static long Middle(long channels, long pixels, bool attention) => 2 * Residual(channels, channels, pixels) + (attention ? Attention(channels, pixels) : 0);

    // Input, norm and SiLU, before each of two convolutions.
    private static long Residual(long inputs, long outputs, long pixels) => 3 * (inputs + outputs) * pixels;

    // Input, norm, q k v and the sum, with weights of every pair of pixels before and after their softmax.
    private static long Attention(long channels, long pixels) => (6 * channels + 2 * pixels) * pixels;
}
