using TorchSharp;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Autoencoder;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.FlexTok;

/// <summary>Models of a few thousand parameters with drawn weights.</summary>
internal static class TinyFlexTok
{
    public const int Side = 16, Registers = 16;

    private const double Deviation = 0.2;

    public static FlexTokConfig Config { get; } = new()
    {
        Autoencoder = new AutoencoderKlConfig { Widths = [4, 8], BlocksPerLevel = 1, LatentChannels = 4, NormGroups = 2, ScalingFactor = 0.7 },
        Encoder = new FlexTokEncoderConfig
        {
            LatentChannels = 4, Grid = [4, 4], Registers = Registers, Transformer = new FlexTransformerConfig { Width = 32, Depth = 2, HeadWidth = 8 },
        },
        Decoder = new FlexTokDecoderConfig
        {
            LatentChannels = 4, Grid = [4, 4], Registers = Registers, Transformer = new FlexTransformerConfig { Width = 32, Depth = 2, HeadWidth = 8, ModulationStreams = 2 },
        },
    };

    /// <summary>The same with trunks in which one kind of tokens reads the other.</summary>
    public static FlexTokConfig Crossed { get; } = Config with
    {
        Encoder = Config.Encoder with { Transformer = Config.Encoder.Transformer with { CrossAttention = true } },
        Decoder = Config.Decoder with { Transformer = Config.Decoder.Transformer with { CrossAttention = true, ModulationStreams = 1 } },
    };

    /// <summary>The same without registers.</summary>
    public static FlexTokConfig Gridded { get; } = Config with
    {
        Encoder = Config.Encoder with { Registers = 0, Mask = RegisterMask.Full },
        Decoder = Config.Decoder with { Registers = 0, Transformer = Config.Decoder.Transformer with { ModulationStreams = 1 } },
    };

    public static FlexTokNetwork Network(ulong seed = 1, FlexTokConfig? config = null) => Drawn(new FlexTokNetwork(config ?? Config), seed);

    public static FlexTokTokenizer Tokenizer(ulong seed = 1, FlexTokConfig? config = null) =>
        new(Network(seed, config), new FlexTokFamily().Describe(FlexTokTreeWriter.Write(config ?? Config), new string('0', 64)), CPU);

    public static FlexTokEncoder Encoder(FlexTokEncoderConfig? config = null) => Drawn(new FlexTokEncoder(config ?? Config.Encoder), 1);

    public static FlexTokDecoder Decoder(FlexTokDecoderConfig? config = null) => Drawn(new FlexTokDecoder(config ?? Config.Decoder), 1);

    public static Tensor Pictures(int count, ulong seed = 2) => rand([count, 3, Side, Side], generator: new Generator(seed));

    public static Tensor Noise(long[] shape, ulong seed = 3) => randn(shape, generator: new Generator(seed));

    public static T Drawn<T>(T module, ulong seed) where T : nn.Module
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(seed);
        foreach ((string name, Tensor tensor) in module.state_dict())
            if (!name.Contains("norm", StringComparison.Ordinal) && !(name.Contains("posembs", StringComparison.Ordinal) && tensor.ndim == 4 && tensor.size(2) == tensor.size(3)))
                tensor.normal_(0, Deviation, generator);
        return module;
    }
}
