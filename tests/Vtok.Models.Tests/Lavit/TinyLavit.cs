using System.Text;
using TorchSharp;
using Vtok.Models.Lavit;
using Vtok.Models.Layers.Vision;
using Vtok.Models.Weights;
using Vtok.Streams;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Lavit;

/// <summary>A LaVIT of a few thousand parameters with drawn weights: pictures of 28 x 28, a grid of 4 x 4, 32 codes.</summary>
internal static class TinyLavit
{
    public const int Side = 28, Positions = 16, Codes = 32;

    private const int Width = 88, Heads = 1; // one head as wide as the published ones, so that a folder without config is known
    private const string Json = """
        {"vit":{"img_size":28,"patch_size":7,"embed_dim":88,"depth":1,"num_heads":1,"num_classes":3,"mlp_ratio":1.0},
         "width":88,"layers":1,"heads":1,"mlp_ratio":1.0,"n_code":32,"code_dim":6}
        """;

    public static LavitConfig Config { get; } = new()
    {
        Tower = new EvaVitConfig { ImageSize = Side, PatchSize = 7, Width = Width, Depth = 1, Heads = Heads, MlpRatio = 1, HeadOutputs = 3 },
        MergerDepth = 1, Heads = Heads, MlpRatio = 1, Codes = Codes, CodeDimension = 6, LanguageWidth = null,
    };

    public static LavitDecoderConfig Low { get; } = new()
    {
        Positions = Positions, CodeDimension = 6, Width = 8, Depth = 1, Heads = Heads, MlpWidth = 8, FeatureWidth = Width, ConditioningWidth = 5,
    };

    public static LavitDecoderConfig High { get; } = Low with { SecondWidth = 4, PooledWidth = 3 };

    public static ModelConfig ModelConfig => ModelConfig.FromJson(Encoding.UTF8.GetBytes(Json));

    public static LavitNetwork Network()
    {
        using Generator generator = new(5);
        LavitNetwork network = new(Config);
        network.Initialize(generator);
        network.Selector.Initialize(0.2, generator); // wide enough that pictures choose differently
        network.eval();
        return network;
    }

    public static LavitDecoder Decoder(LavitDecoderConfig config)
    {
        using Generator generator = new(6);
        LavitDecoder decoder = new(config);
        decoder.Initialize(0.3, generator);
        decoder.eval();
        return decoder;
    }

    /// <summary>Writes a model folder with both decoders.</summary>
    public static TokenizerInfo Save(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        return ModelFolder.Save(folder, ModelConfig, Tensors());
    }

    /// <summary>Everything under the names of a model folder.</summary>
    public static Dictionary<string, Tensor> Tensors()
    {
        LavitNetwork network = Network();
        LavitDecoder low = Decoder(Low), high = Decoder(High);
        Dictionary<string, Tensor> tensors = network.state_dict();
        foreach ((string name, Tensor tensor) in low.state_dict())
            tensors.Add("decoder." + name, tensor);
        foreach ((string name, Tensor tensor) in high.state_dict())
            tensors.Add("highres_decoder." + name, tensor);
        return tensors;
    }

    /// <summary>Random pictures [B, 3, 28, 28] in 0..1.</summary>
    public static Tensor Pictures(int count, ulong seed = 1)
    {
        using Generator generator = new(seed);
        return rand([count, 3, Side, Side], generator: generator);
    }
}
