using Vtok.Models.Weights;

namespace Vtok.Models.OneDPiece;

/// <summary>Settings of TiTok (arXiv 2406.07550), TA-TiTok (arXiv 2501.07730) and One-D-Piece (arXiv 2501.10064), one network family.</summary>
public sealed record OneDPieceConfig
{
    /// <summary>Family name of models whose every prefix decodes.</summary>
    public const string NestedFamily = "one-d-piece";

    /// <summary>Family name of models that need all their tokens.</summary>
    public const string WholeFamily = "titok";

    /// <summary>Encoder size.</summary>
    public required TransformerSize Encoder { get; init; }

    /// <summary>Decoder size.</summary>
    public required TransformerSize Decoder { get; init; }

    /// <summary>Number of latent tokens (N).</summary>
    public required int LatentTokens { get; init; }

    /// <summary>Channels of a latent token (C).</summary>
    public required int TokenSize { get; init; }

    /// <summary>Number of codes (K); ignored by continuous models.</summary>
    public int CodebookSize { get; init; }

    /// <summary>Whether features and codes are divided by their length. Default: false.</summary>
    public bool Normalize { get; init; }

    /// <summary>Weight of the commitment loss. Default: 0.25.</summary>
    public double CommitmentCost { get; init; } = 0.25;

    /// <summary>Whether rarely used codes move onto features while training (TA-TiTok). Default: false.</summary>
    public bool Clustering { get; init; }

    /// <summary>Whether the latents are continuous (a variational autoencoder, no ids). Default: false.</summary>
    public bool Continuous { get; init; }

    /// <summary>What the decoder ends in. Default: two-stage.</summary>
    public OneDPieceForm Form { get; init; } = OneDPieceForm.TwoStage;

    /// <summary>Whether every prefix of the tokens decodes (One-D-Piece). Default: false.</summary>
    public bool Nested { get; init; }

    /// <summary>Text features that the decoder reads, or null.</summary>
    public TextGuidance? Text { get; init; }

    /// <summary>Side of a picture in pixels (S). Default: 256.</summary>
    public int CropSize { get; init; } = 256;

    /// <summary>Side of an encoder patch in pixels. Default: 16.</summary>
    public int EncoderPatch { get; init; } = 16;

    /// <summary>Side of a decoder patch in pixels. Default: 16.</summary>
    public int DecoderPatch { get; init; } = 16;

    /// <summary>The proxy tokenizer of the two-stage and stage-one forms.</summary>
    public ProxyTokenizerConfig Proxy { get; init; } = new();

    /// <summary>"one-d-piece" or "titok".</summary>
    public string Family => Nested ? NestedFamily : WholeFamily;

    /// <summary>Whether the encoder mixes channels and tokens by the published reshape, and the decoder predicts proxy codes.</summary>
    public bool Legacy => Form != OneDPieceForm.OneStage;

    /// <summary>Reads a published config.json; absent members take the published defaults.</summary>
    /// <param name="config">The whole file.</param>
    /// <param name="entries">The checkpoint's tensors, from which text guidance shows, or null when only the config is known.</param>
    /// <exception cref="CheckpointException">Something is missing, out of range or contradicts.</exception>
    public static OneDPieceConfig Read(ModelConfig config, IReadOnlyDictionary<string, TensorEntry>? entries = null) =>
        PublishedConfig.Read(config, entries?.ToDictionary(entry => entry.Key, entry => entry.Value.Shape.ToArray()));

    /// <summary>These settings as the authors' code reads them.</summary>
    public ModelConfig ToModelConfig() => PublishedConfig.Write(this);

    /// <summary>Parameters of the transformers, codebook and pixel decoder, within a factor of two.</summary>
    internal double ApproximateParameters =>
        Encoder.ApproximateParameters + Decoder.ApproximateParameters + (double)CodebookSize * TokenSize
        + (double)LatentTokens * (Encoder.Width + Decoder.Width) + (Form == OneDPieceForm.TwoStage ? Proxy.ApproximateParameters / 2 : 0);

    internal int EncoderGrid => CropSize / EncoderPatch;

    internal int DecoderGrid => CropSize / DecoderPatch;

    /// <summary>Throws when a value is out of its range or contradicts another.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        Check(Encoder, "encoder");
        Check(Decoder, "decoder");
        ArgumentOutOfRangeException.ThrowIfLessThan(LatentTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(TokenSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CommitmentCost);
        CheckPatch(EncoderPatch, "vit_enc_patch_size");
        CheckPatch(DecoderPatch, "vit_dec_patch_size");
        if (!Continuous && CodebookSize < 1)
            throw new ArgumentException($"codebook_size {CodebookSize}: must be at least 1");
        if (Continuous && Form == OneDPieceForm.TwoStage)
            throw new ArgumentException("quantize_mode \"vae\" together with finetune_decoder true is no published model");
        if (Text is { Length: < 1 } or { Width: < 1 })
            throw new ArgumentException($"text guidance [{Text.Length}, {Text.Width}]: both must be at least 1");
        if (!Legacy)
            return;
        Proxy.Validate();
        if (Proxy.Factor != DecoderPatch)
            throw new ArgumentException($"vit_dec_patch_size {DecoderPatch}: the proxy tokenizer has {Proxy.Factor} pixels a code");
    }

    private void CheckPatch(int patch, string name)
    {
        if (patch < 1 || CropSize < patch || CropSize % patch != 0)
            throw new ArgumentException($"{name} {patch}: must divide crop_size {CropSize}");
    }

    private static void Check(TransformerSize size, string name)
    {
        if (size.Layers < 1 || size.Heads < 1 || size.Width < 1 || size.Width % size.Heads != 0)
            throw new ArgumentException($"{name} size {size.Width} x {size.Layers} with {size.Heads} heads: the width must be a multiple of the heads");
    }
}
