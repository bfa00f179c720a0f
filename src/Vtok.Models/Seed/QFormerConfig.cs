using Vtok.Models.Weights;

namespace Vtok.Models.Seed;

/// <summary>Settings of a <see cref="QFormer"/>. Defaults: BERT base on the EVA tower.</summary>
public sealed record QFormerConfig
{
    /// <summary>Width (C), a multiple of <see cref="Heads"/>.</summary>
    public int Width { get; init; } = 768;

    /// <summary>Layers.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Attention heads.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Hidden width of the feed-forward parts.</summary>
    public int MlpWidth { get; init; } = 3072;

    /// <summary>Width of the states that the cross attention reads.</summary>
    public int EncoderWidth { get; init; } = 1408;

    /// <summary>Layers 0, n, 2n, ... have cross attention.</summary>
    public int CrossAttentionEvery { get; init; } = 2;

    /// <summary>Length of the position table; without text only a published buffer remains of it.</summary>
    public int MaxPositions { get; init; } = 512;

    /// <summary>Word pieces, or null for a stripped network that takes queries alone.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public double NormEpsilon { get; init; } = 1e-12;

    internal double ApproximateParameters => (double)Layers * Width * (6.0 * Width + 2.0 * EncoderWidth + 2.0 * MlpWidth);

    /// <summary>Throws when a value is out of its range.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        foreach ((string name, int value, int most) in ((string, int, int)[])
        [
            ("hidden_size", Width, 1 << 15), ("num_hidden_layers", Layers, 1000), ("num_attention_heads", Heads, 1 << 15), ("intermediate_size", MlpWidth, 1 << 17),
            ("encoder_width", EncoderWidth, 1 << 15), ("cross_attention_freq", CrossAttentionEvery, 1000), ("max_position_embeddings", MaxPositions, 1 << 20),
            ("vocab_size", VocabularySize ?? 1, 1 << 24),
        ])
            if (value < 1 || value > most)
                throw new ArgumentException($"{name} is {value}, expected 1..{most}");
        if (Width % Heads != 0)
            throw new ArgumentException($"hidden_size {Width} does not divide into {Heads} heads");
    }

    /// <summary>Reads the published names.</summary>
    /// <param name="config">The section.</param>
    /// <param name="encoderWidth">Width of the encoder where the section does not say.</param>
    /// <exception cref="CheckpointException">A setting is missing or out of range.</exception>
    internal static QFormerConfig Read(ModelConfig config, int encoderWidth)
    {
        if (config.Text("hidden_act", "gelu") != "gelu")
            throw config.Wrong("hidden_act", "gelu");
        return new QFormerConfig
        {
            Width = config.Int("hidden_size", 768, 1),
            Layers = config.Int("num_hidden_layers", 12, 1, 1000),
            Heads = config.Int("num_attention_heads", 12, 1),
            MlpWidth = config.Int("intermediate_size", 3072, 1),
            EncoderWidth = config.Int("encoder_width", encoderWidth, 1),
            CrossAttentionEvery = config.Int("cross_attention_freq", 2, 1),
            MaxPositions = config.Int("max_position_embeddings", 512, 1, 1 << 20),
            NormEpsilon = config.Number("layer_norm_eps", 1e-12),
        };
    }
}
