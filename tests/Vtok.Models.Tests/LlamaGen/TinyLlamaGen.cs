using Vtok.Models.LlamaGen;

namespace Vtok.Models.Tests.LlamaGen;

/// <summary>A tokenizer of a few thousand parameters with drawn weights: 4 pixels a token along a side, 20 codes.</summary>
internal static class TinyLlamaGen
{
    public static LlamaGenConfig Config { get; } = new()
    {
        CodebookSize = 20,
        CodeDimension = 4,
        EncoderMultipliers = [1, 1, 2],
        DecoderMultipliers = [1, 2, 2],
        LatentChannels = 8,
        Channels = 8,
        Blocks = 1,
        NormGroups = 4,
    };

    public static LlamaGenNetwork Network(LlamaGenConfig? config = null, ulong seed = 1)
    {
        using Generator generator = new(seed);
        LlamaGenNetwork network = new(config ?? Config);
        network.Initialize(generator);
        return network;
    }

    public static LlamaGenTokenizer Tokenizer() => new(Network(), LlamaGenFamily.Describe(Config, new string('0', 64)), CPU);

    public static Tensor Pictures(int count, int width, int height, ulong seed = 2)
    {
        using Generator generator = new(seed);
        return rand([count, 3, height, width], generator: generator);
    }
}
