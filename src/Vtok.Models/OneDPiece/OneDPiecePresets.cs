using Vtok.Models.Weights;

namespace Vtok.Models.OneDPiece;

/// <summary>All published models, and how their weights are told apart: One-D-Piece is published without a config.</summary>
public static class OneDPiecePresets
{
    private static readonly TransformerSize Small = TransformerSize.Small, Base = TransformerSize.Base, Large = TransformerSize.Large;

    /// <summary>The published models; text-aware ones come before their twins without text, whose tensors they contain.</summary>
    public static IReadOnlyList<OneDPiecePreset> All { get; } =
    [
        TwoStage("titok-l32", "yucornetto/tokenizer_titok_l32_imagenet", Large, 32),
        TwoStage("titok-b64", "yucornetto/tokenizer_titok_b64_imagenet", Base, 64),
        TwoStage("titok-s128", "yucornetto/tokenizer_titok_s128_imagenet", Small, 128),
        OneStage("tatitok-bl32-vq", "turkeyju/tokenizer_tatitok_bl32_vq", Base, 32, text: true),
        OneStage("tatitok-bl64-vq", "turkeyju/tokenizer_tatitok_bl64_vq", Base, 64, text: true),
        OneStage("tatitok-bl128-vq", "turkeyju/tokenizer_tatitok_bl128_vq", Base, 128, text: true),
        Continuous("tatitok-bl32-vae", "turkeyju/tokenizer_tatitok_bl32_vae", Base, 32, text: true),
        Continuous("tatitok-bl64-vae", "turkeyju/tokenizer_tatitok_bl64_vae", Base, 64, text: true),
        Continuous("tatitok-sl128-vae", "turkeyju/tokenizer_tatitok_sl128_vae", Small, 128, text: true),
        OneStage("titok-bl64-vq8k", "yucornetto/tokenizer_titok_bl64_vq8k_imagenet", Base, 64),
        OneStage("titok-bl128-vq8k", "yucornetto/tokenizer_titok_bl128_vq8k_imagenet", Base, 128),
        OneStage("titok-sl256-vq8k", "yucornetto/tokenizer_titok_sl256_vq8k_imagenet", Small, 256),
        Continuous("titok-ll32-vae-c16", "yucornetto/tokenizer_titok_ll32_vae_c16_imagenet", Large, 32),
        Continuous("titok-bl64-vae-c16", "yucornetto/tokenizer_titok_bl64_vae_c16_imagenet", Base, 64),
        Continuous("titok-bl128-vae-c16", "yucornetto/tokenizer_titok_bl128_vae_c16_imagenet", Base, 128),
        TwoStage("one-d-piece-s256", "turing-motors/One-D-Piece-S-256", Small, 256, nested: true),
        TwoStage("one-d-piece-b256", "turing-motors/One-D-Piece-B-256", Base, 256, nested: true),
        TwoStage("one-d-piece-l256", "turing-motors/One-D-Piece-L-256", Large, 256, nested: true),
    ];

    /// <summary>The published model of that name, or null.</summary>
    public static OneDPiecePreset? Find(string name) => All.FirstOrDefault(preset => preset.Name == name);

    /// <summary>The published model that a checkpoint's shapes belong to, or null.</summary>
    public static OneDPiecePreset? Recognize(IReadOnlyDictionary<string, TensorEntry> entries) =>
        All.FirstOrDefault(preset => Marks(preset.Config).All(mark => entries.TryGetValue(mark.Key, out TensorEntry? entry) && entry.Shape.SequenceEqual(mark.Value)));

    /// <summary>The tensors that tell a model from its siblings, by published name.</summary>
    internal static IReadOnlyDictionary<string, long[]> Marks(OneDPieceConfig config)
    {
        Dictionary<string, long[]> marks = new()
        {
            ["latent_tokens"] = [config.LatentTokens, config.Encoder.Width],
            ["encoder.conv_out.weight"] = [config.Continuous ? 2 * config.TokenSize : config.TokenSize, config.Encoder.Width, 1, 1],
            ["decoder.class_embedding"] = [1, config.Decoder.Width],
            [config.Legacy ? "decoder.ffn.2.bias" : "decoder.conv_out.bias"] = [config.Legacy ? config.Proxy.CodebookSize : 3],
        };
        if (!config.Continuous)
            marks["quantize.embedding.weight"] = [config.CodebookSize, config.TokenSize];
        if (config.Text is { } text)
            marks["decoder.text_guidance_positional_embedding"] = [text.Length, config.Decoder.Width];
        return marks;
    }

    private static OneDPiecePreset TwoStage(string name, string repository, TransformerSize size, int tokens, bool nested = false) =>
        new(name, repository, new OneDPieceConfig
        {
            Encoder = size,
            Decoder = size,
            LatentTokens = tokens,
            TokenSize = 12,
            CodebookSize = 4096,
            Normalize = true,
            Nested = nested,
        });

    private static OneDPiecePreset OneStage(string name, string repository, TransformerSize encoder, int tokens, bool text = false) =>
        new(name, repository, new OneDPieceConfig
        {
            Encoder = encoder,
            Decoder = Large,
            LatentTokens = tokens,
            TokenSize = 64,
            CodebookSize = 8192,
            Form = OneDPieceForm.OneStage,
            Text = text ? TextGuidance.Published : null,
        });

    private static OneDPiecePreset Continuous(string name, string repository, TransformerSize encoder, int tokens, bool text = false) =>
        new(name, repository, new OneDPieceConfig
        {
            Encoder = encoder,
            Decoder = Large,
            LatentTokens = tokens,
            TokenSize = 16,
            Continuous = true,
            CommitmentCost = 0,
            Form = OneDPieceForm.OneStage,
            Text = text ? TextGuidance.Published : null,
        });
}
