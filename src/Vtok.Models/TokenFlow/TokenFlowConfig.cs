using Vtok.Models.Layers.Vqgan;
using Vtok.Models.Weights;

namespace Vtok.Models.TokenFlow;

/// <summary>Settings of a TokenFlow tokenizer: the fields of the published constructor, and what its code fixes for each teacher.</summary>
public sealed record TokenFlowConfig
{
    /// <summary>Name of the family.</summary>
    public const string FamilyName = "tokenflow";

    /// <summary>Which semantic encoder, and with it sizes and scales.</summary>
    public required TokenFlowTeacher Teacher { get; init; }

    /// <summary>Both codebooks.</summary>
    public required SharedQuantizerConfig Quantizer { get; init; }

    /// <summary>The pixel encoder.</summary>
    public required VqganConfig Encoder { get; init; }

    /// <summary>The pixel decoder; the enhanced one is wider and deeper.</summary>
    public required VqganConfig Decoder { get; init; }

    /// <summary>The semantic encoder.</summary>
    public required VisionConfig Vision { get; init; }

    /// <summary>The scales that are used.</summary>
    public required ScaleList Scales { get; init; }

    /// <summary>Side of the grid that the semantic decoder's positions were learned for (g0); other grids are interpolated.</summary>
    public required int Grid { get; init; }

    /// <summary>Side of the pictures, in and out.</summary>
    public required int PictureSize { get; init; }

    /// <summary>Heads of the semantic decoder. Default: 12.</summary>
    public int DecoderHeads { get; init; } = 12;

    /// <summary>Blocks of the semantic decoder. Default: 3.</summary>
    public int DecoderDepth { get; init; } = 3;

    /// <summary>Width of the teacher's features.</summary>
    public required int TeacherWidth { get; init; }

    /// <summary>How much each codebook counts; published: alike.</summary>
    public DistanceWeights Weights { get; init; } = DistanceWeights.Published;

    /// <summary>Length of a semantic code.</summary>
    public int SemanticCodeDimension => Quantizer.SemanticDimension;

    /// <summary>Length of a pixel code.</summary>
    public int PixelCodeDimension => Quantizer.PixelDimension;

    /// <summary>Side of what the pixel encoder reads and the pixel decoder makes; for SigLIP not the pictures' own.</summary>
    public int PixelSize => Encoder.Factor * Scales.Last;

    /// <summary>Parameters, to within a factor of two.</summary>
    internal double ApproximateParameters
    {
        get
        {
            static double Convolutions(VqganConfig half) => half.Widths.Sum(width => 18.0 * width * width * (half.Blocks + 1));
            double width = Vision.Width, hidden = Vision is SigLipVisionConfig sigLip ? sigLip.Hidden : 4 * width;
            double stages = Vision is ViTaminConfig vitamin ? vitamin.StageWidths.Zip(vitamin.StageDepths, (w, depth) => 8.0 * w * w * depth).Sum() : 0;
            return Convolutions(Encoder) + Convolutions(Decoder) + stages
                + Vision.Layers * (4 * width * width + 2 * width * hidden) + DecoderDepth * 12 * width * width
                + ((double)Vision.Grid * Vision.Grid + (double)Grid * Grid + 3.0 * Vision.PatchSize * Vision.PatchSize) * width
                + (double)Quantizer.CodebookSize * (SemanticCodeDimension + PixelCodeDimension);
        }
    }

    /// <summary>Reads a config; see <see cref="TokenFlowSettings"/> for its members.</summary>
    /// <exception cref="CheckpointException">A setting is missing or out of range.</exception>
    public static TokenFlowConfig Read(ModelConfig config) => TokenFlowSettings.Read(config);

    /// <summary>Throws when values are out of range or do not go together.</summary>
    /// <exception cref="ArgumentException">Names the first problem.</exception>
    public void Validate()
    {
        Quantizer.Validate();
        Encoder.Validate();
        Decoder.Validate();
        Vision.Validate();
        Weights.Validate();
        if (DecoderHeads < 1 || Vision.Width % DecoderHeads != 0)
            throw new ArgumentException($"decoder_heads {DecoderHeads}: do not divide the width {Vision.Width}");
        if (PictureSize / Vision.PatchSize != Scales.Last)
            throw new ArgumentException($"the last scale is {Scales.Last}, but pictures of {PictureSize} have {PictureSize / Vision.PatchSize} semantic tokens a side");
        if (Encoder.Factor != Decoder.Factor)
            throw new ArgumentException($"encoder_ch_mult has {Encoder.Multipliers.Count} levels and decoder_ch_mult {Decoder.Multipliers.Count}, expected as many");
        if (Teacher != TokenFlowTeacher.SigLip && PixelSize != PictureSize)
            throw new ArgumentException($"pictures of {PictureSize} and a pixel encoder of factor {Encoder.Factor} give no grid of {Scales.Last}");
    }
}
