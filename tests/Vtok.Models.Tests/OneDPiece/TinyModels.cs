using Vtok.Models.OneDPiece;
using Vtok.Streams;

namespace Vtok.Models.Tests.OneDPiece;

/// <summary>Models of a few thousand parameters with drawn weights.</summary>
internal static class TinyModels
{
    private static readonly TransformerSize Size = new(16, 1, 2);

    public static ProxyTokenizerConfig Proxy { get; } = new()
    {
        CodebookSize = 20,
        CodeDimension = 6,
        HiddenChannels = 8,
        ChannelMultipliers = [1, 1, 2, 2],
        Blocks = 1,
        NormGroups = 4,
        Resolution = 32,
    };

    public static OneDPieceConfig Nested { get; } = new()
    {
        Encoder = Size,
        Decoder = Size with { Layers = 2 },
        LatentTokens = 9,
        TokenSize = 5,
        CodebookSize = 16,
        Normalize = true,
        Nested = true,
        CropSize = 32,
        EncoderPatch = 8,
        DecoderPatch = 8,
        Proxy = Proxy,
    };

    public static OneDPieceConfig OneStage { get; } = Nested with { Form = OneDPieceForm.OneStage, Nested = false, Normalize = false, Proxy = new() };

    public static OneDPieceConfig StageOne { get; } = Nested with { Form = OneDPieceForm.StageOne };

    public static OneDPieceConfig Continuous { get; } = OneStage with { Continuous = true, CodebookSize = 0, CommitmentCost = 0 };

    public static OneDPieceConfig TextAware { get; } = OneStage with { Text = new TextGuidance(4, 6) };

    public static OneDPieceNetwork Network(OneDPieceConfig config, ulong seed = 1)
    {
        using Generator generator = new(seed);
        OneDPieceNetwork network = new(config);
        network.Initialize(generator);
        return network;
    }

    public static ProxyTokenizer ProxyNetwork()
    {
        using Generator generator = new(3);
        ProxyTokenizer proxy = new(Proxy);
        proxy.Initialize(generator);
        proxy.eval();
        return proxy;
    }

    public static OneDPieceTokenizer Tokenizer(OneDPieceConfig config) =>
        new(Network(config), OneDPieceInfo.Describe(config, "tiny", new string('0', 64)), CPU);

    public static Tensor Pictures(int count, ulong seed = 2)
    {
        using Generator generator = new(seed);
        return rand([count, 3, 32, 32], generator: generator);
    }
}
