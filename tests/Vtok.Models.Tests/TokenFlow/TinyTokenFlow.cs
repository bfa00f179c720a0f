using Vtok.Models.TokenFlow;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.TokenFlow;

/// <summary>Models of a few thousand parameters with drawn weights.</summary>
internal static class TinyTokenFlow
{
    public const string Clip = """
        {"teacher":"clipb_224","codebook_size":32,"codebook_embed_dim":4,"semantic_code_dim":6,"encoder_ch_mult":[1,1,2],"decoder_ch_mult":[1,1,2],"z_channels":6,
         "sizes":{"width":16,"decoder_heads":4,"decoder_depth":1,"grid":4,"scales":[1,2,3,4],"scales_interpolate":[1,2,3,4,6],"ch":4,"num_res_blocks":1,"num_groups":2,
                  "semantic_encoder":{"input_resolution":16,"patch_size":4,"width":16,"layers":1,"heads":2,"output_dim":10}}}
        """;

    /// <summary>Pictures of 30 in patches of 7: 4 x 4 tokens with a border dropped, and a pixel half that works at 16.</summary>
    public const string SigLip = """
        {"teacher":"siglip_384","codebook_size":32,"codebook_embed_dim":4,"semantic_code_dim":6,"encoder_ch_mult":[1,1,2],"decoder_ch_mult":[1,1,2],"z_channels":6,
         "sizes":{"decoder_heads":3,"decoder_depth":1,"grid":4,"scales":[1,2,4],"ch":4,"num_res_blocks":1,"num_groups":2,
                  "semantic_encoder":{"hidden_size":12,"intermediate_size":20,"num_hidden_layers":2,"num_attention_heads":2,"image_size":30,"patch_size":7}}}
        """;

    public static ModelConfig Config(string text) => ModelConfig.FromJson(System.Text.Encoding.UTF8.GetBytes(text));

    public static TokenFlowNetwork Network(ModelConfig config, ulong seed = 1)
    {
        using IDisposable quiet = no_grad();
        using Generator generator = new(seed);
        TokenFlowNetwork network = new(TokenFlowConfig.Read(config));
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.detach().normal_(parameter.ndim == 1 && name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0, parameter.ndim == 1 ? 0.1 : 0.3, generator);
        }
        return network;
    }

    public static TokenFlowTokenizer Tokenizer(string text = Clip)
    {
        ModelConfig config = Config(text);
        return new TokenFlowTokenizer(Network(config), new TokenFlowFamily().Describe(config, new string('0', 64)), CPU);
    }

    public static Tensor Pictures(int count, int side = 16)
    {
        using Generator generator = new(2);
        return rand([count, 3, side, side], generator: generator);
    }

    public static SharedQuantizer Quantizer(int codes, int semantic, int pixel, ulong seed = 3)
    {
        using Generator generator = new(seed);
        SharedQuantizer quantizer = new(new SharedQuantizerConfig { CodebookSize = codes, SemanticDimension = semantic, PixelDimension = pixel });
        Vtok.Models.Layers.Initialization.Normal(quantizer.SemanticCodebook, 1, generator);
        Vtok.Models.Layers.Initialization.Normal(quantizer.PixelCodebook, 1, generator);
        return quantizer;
    }
}
