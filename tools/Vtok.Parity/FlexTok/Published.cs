using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;

namespace Vtok.Parity.FlexTok;

/// <summary>Parts of a case, filled with its weights.</summary>
internal static class Published
{
    private const string EncoderPrefix = "encoder.", DecoderPrefix = "decoder.";

    public static ModelConfig Config(GoldenCase golden) => ModelConfig.FromJson(golden.Config);

    public static FlexTokEncoder Encoder(GoldenCase golden)
    {
        var encoder = new FlexTokEncoder(FlexTokTree.ReadEncoder(Config(golden).Section("encoder")));
        WeightLoader.Load(encoder, new PublishedWeights(golden.Weights, EncoderPrefix));
        return encoder;
    }

    public static FlexTokDecoder Decoder(GoldenCase golden)
    {
        var decoder = new FlexTokDecoder(FlexTokTree.ReadDecoder(Config(golden).Section("decoder")));
        WeightLoader.Load(decoder, new PublishedWeights(golden.Weights, DecoderPrefix));
        return decoder;
    }

    public static FiniteScalarQuantizer Quantizer(ModelConfig config) => new(new FiniteScalarQuantizerConfig { Levels = config.Ints("levels") });

    public static FlexTokTokenizer Tokenizer(ModelConfig config, IWeightSource weights)
    {
        var family = new FlexTokFamily();
        return (FlexTokTokenizer)family.Create(config, weights, family.Describe(config, new string('0', 64)), CPU);
    }

    /// <summary>The guidance of a sampler's settings.</summary>
    public static FlowGuidance Guidance(JsonElement sampler, Func<double, double>? scaleAt = null) => new()
    {
        Scale = sampler.GetProperty("guidance_scale") is { ValueKind: JsonValueKind.Number } scale ? scale.GetDouble() : 0,
        ScaleAt = scaleAt,
        Projected = sampler.GetProperty("perform_norm_guidance").GetBoolean(),
    };

    /// <summary>A tree with one more member.</summary>
    public static ModelConfig With(JsonElement tree, string name, JsonElement value)
    {
        JsonObject root = JsonObject.Create(tree)!.DeepClone().AsObject();
        root[name] = JsonObject.Create(value)!.DeepClone();
        return ModelConfig.FromJson(JsonSerializer.SerializeToElement(root));
    }

    /// <summary>Which tokens of several sequences, one after the other, see which: bool [N, N].</summary>
    public static Tensor Mask(RegisterMask mode, IReadOnlyList<(int Patches, int Registers)> sequences) =>
        Diagonal([.. sequences.Select(one => TokenLayout.Visible(mode, one.Patches, one.Registers))]);

    private static Tensor Diagonal(Tensor[] blocks)
    {
        long length = blocks.Sum(block => block.size(0)), at = 0;
        Tensor whole = zeros([length, length], ScalarType.Bool);
        foreach (Tensor block in blocks)
        {
            whole.narrow(0, at, block.size(0)).narrow(1, at, block.size(0)).copy_(block);
            at += block.size(0);
        }
        return whole;
    }
}
