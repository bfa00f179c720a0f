using Vtok.Models.Layers.Autoencoder;
using Vtok.Models.Layers.Flow;

namespace Vtok.Models.FlexTok;

/// <summary>The published tokenizers, for training from scratch and for tests. A published checkpoint brings its own settings.</summary>
public static class FlexTokPresets
{
    private const int WidthPerBlock = 64;

    /// <summary>By name: depth of encoder and decoder, whose width is 64 times that.</summary>
    public static IReadOnlyDictionary<string, FlexTokConfig> All { get; } = new Dictionary<string, FlexTokConfig>
    {
        ["flextok-d12-d12"] = Create(12, 12),
        ["flextok-d18-d18"] = Create(18, 18),
        ["flextok-d18-d28"] = Create(18, 28),
    };

    /// <summary>A tokenizer of the published kind.</summary>
    /// <param name="encoderDepth">Blocks of the encoder.</param>
    /// <param name="decoderDepth">Blocks of the decoder.</param>
    public static FlexTokConfig Create(int encoderDepth, int decoderDepth) => new()
    {
        Autoencoder = new AutoencoderKlConfig { LatentChannels = 16 },
        Encoder = new FlexTokEncoderConfig { Transformer = new FlexTransformerConfig { Width = encoderDepth * WidthPerBlock, Depth = encoderDepth } },
        Decoder = new FlexTokDecoderConfig
        {
            Transformer = new FlexTransformerConfig { Width = decoderDepth * WidthPerBlock, Depth = decoderDepth, ModulationStreams = 2 },
            Dropout = NestedDropoutMode.PowersOfTwo,
            NullProbability = 0.2,
        },
        Times = new FlowTimeOptions { LogNormal = false, ModeScale = 0.25 },
    };

    /// <summary>Tensors that tell a model's weights from those of its siblings.</summary>
    internal static IReadOnlyDictionary<string, long[]> Marks(FlexTokConfig config)
    {
        FlexTokEncoderConfig encoder = config.Encoder;
        FlexTokDecoderConfig decoder = config.Decoder;
        return new Dictionary<string, long[]>
        {
            [$"encoder.module_dict.{encoder.Names.Registers}.{LearnedTokens.RegistersKey}"] = [encoder.Registers, encoder.Transformer.Width],
            [$"decoder.module_dict.{decoder.Names.Dropout}.{LearnedTokens.MaskKey}"] = [decoder.Transformer.Width],
        };
    }
}
