using Vtok.Models.Layers.Vision;
using Vtok.Models.Seed;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Seed;

/// <summary>SEED models of a few thousand parameters with drawn weights.</summary>
internal static class TinySeed
{
    public static SeedConfig Config { get; } = new()
    {
        Vit = new EvaVitConfig { ImageSize = 28, Width = 16, Depth = 2, Heads = 2 },
        QFormer = new QFormerConfig { Width = 24, Layers = 3, Heads = 4, MlpWidth = 32, EncoderWidth = 16, MaxPositions = 8 },
        CodebookSize = 40,
        CodeDimension = 6,
        DecodeDepth = 1,
        ReverseLayers = 2,
        FeatureWidth = 10,
    };

    /// <summary>The same settings under the published names.</summary>
    public static ModelConfig Published { get; } = ModelConfig.FromJson("""
        {
          "vit": { "img_size": 28, "embed_dim": 16, "depth": 2, "num_heads": 2 },
          "qformer": { "hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 32, "max_position_embeddings": 8 },
          "n_embed": 40, "codebook_embed_dim": 6, "decode_depth": 1, "reverse_qformer_layers": 2, "image_features_dim": 10
        }
        """u8);

    public static SeedNetwork Network(SeedHead head = SeedHead.ImageDown)
    {
        using Generator generator = new(5);
        SeedNetwork network = new(Config with { Head = head, ReverseQueries = head == SeedHead.Text ? 3 : 1 });
        network.Initialize(generator);
        network.eval();
        return network;
    }

    public static SeedTokenizer Tokenizer() => new(Network(), SeedFamily.Describe(Config, "tiny", new string('0', 64)), CPU);

    public static Tensor Pictures(int count)
    {
        using Generator generator = new(6);
        return rand([count, 3, 28, 28], generator: generator);
    }
}
