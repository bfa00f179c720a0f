using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>Which quantizer stands in a network that may hold any of them, with its settings.</summary>
public sealed record QuantizerChoice
{
    // Joint usage of so many bits is measured exactly in the entropy loss: 1024 probabilities a vector.
    private const int MostGroupBits = 10;

    /// <summary>The kind. Default: one codebook.</summary>
    public QuantizerKind Kind { get; init; }

    /// <summary>Codes of one book (K); of the kinds without a book the size of the vocabulary, which the dimension or the levels give.</summary>
    public required int CodebookSize { get; init; }

    /// <summary>Length of a code (D).</summary>
    public required int CodeDimension { get; init; }

    /// <summary>Whether features and codes are compared on the unit sphere; of one codebook alone.</summary>
    public bool Normalize { get; init; }

    /// <summary>How codebooks learn. Default: by gradient.</summary>
    public CodebookLearning Learning { get; init; }

    /// <summary>Memory of moving averages.</summary>
    public double Decay { get; init; } = 0.99;

    /// <summary>Number of codebooks of a residual quantizer. Default: 1.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Levels of each dimension of a finite scalar quantizer, else empty.</summary>
    public IReadOnlyList<int> Levels { get; init; } = [];

    /// <summary>Weight of the commitment loss.</summary>
    public double CommitmentCost { get; init; } = 0.25;

    /// <summary>Weight of the entropy loss.</summary>
    public double EntropyCost { get; init; }

    /// <summary>Ids of the last training steps that one codebook keeps to tell the codes in use; 0 for none.</summary>
    public int UsageWindow { get; init; }

    /// <summary>Number of ids.</summary>
    public int Vocabulary => Kind == QuantizerKind.Residual ? JoinedResidualQuantizer.Join(CodebookSize, Depth) ?? 0 : CodebookSize;

    private VectorQuantizerConfig Book => new()
    {
        CodebookSize = CodebookSize,
        CodeDimension = CodeDimension,
        Normalize = Normalize,
        Learning = Learning,
        Decay = Decay,
        CommitmentCost = CommitmentCost,
        EntropyCost = EntropyCost,
        UsageWindow = UsageWindow,
    };

    private BinaryQuantizerConfig Bits => new()
    {
        Bits = CodeDimension,
        Spherical = Kind == QuantizerKind.Spherical,
        CommitmentCost = CommitmentCost,
        EntropyCost = EntropyCost,
        GroupBits = Math.Clamp(CodeDimension, 1, MostGroupBits),
    };

    /// <summary>Creates the quantizer; codebooks are undefined until loaded or drawn.</summary>
    /// <returns>A module that is an <see cref="IQuantizer"/>.</returns>
    /// <exception cref="ArgumentException">The settings are out of range or contradict.</exception>
    public Module<Tensor, Tensor> Create()
    {
        Validate();
        return Kind switch
        {
            QuantizerKind.Vector => new VectorQuantizer(Book),
            QuantizerKind.Residual => new JoinedResidualQuantizer(Book with { UsageWindow = 0 }, Depth),
            QuantizerKind.FiniteScalar => new FiniteScalarQuantizer(new FiniteScalarQuantizerConfig { Levels = Levels }),
            _ => new BinaryQuantizer(Bits),
        };
    }

    /// <summary>Throws when a value is out of its range, or one contradicts another.</summary>
    /// <exception cref="ArgumentException">Names the first bad value.</exception>
    public void Validate()
    {
        switch (Kind)
        {
            case QuantizerKind.FiniteScalar:
                new FiniteScalarQuantizerConfig { Levels = Levels }.Validate();
                Require(Levels.Count, Levels.Aggregate(1, (product, levels) => product * levels), $"the levels [{string.Join(", ", Levels)}]");
                break;
            case QuantizerKind.LookupFree or QuantizerKind.Spherical:
                Bits.Validate();
                Require(CodeDimension, 1 << CodeDimension, $"{CodeDimension} bits");
                break;
            default:
                Book.Validate();
                ArgumentOutOfRangeException.ThrowIfLessThan(Depth, 1);
                if (Kind == QuantizerKind.Residual && Normalize)
                    throw new ArgumentException("a residual of normalised codes is not defined: set Normalize to false");
                if (Vocabulary == 0)
                    throw new ArgumentException($"{Depth} books of {CodebookSize} codes make {CodebookSize}^{Depth} ids, which one token cannot hold: expected below 2^31");
                break;
        }
    }

    // Records compare lists by reference; two equal choices should be equal.
    /// <summary>Whether all settings agree.</summary>
    public bool Equals(QuantizerChoice? other) => other is not null && Levels.SequenceEqual(other.Levels)
        && (Kind, CodebookSize, CodeDimension, Normalize, Learning) == (other.Kind, other.CodebookSize, other.CodeDimension, other.Normalize, other.Learning)
        && (Decay, Depth, CommitmentCost, EntropyCost, UsageWindow) == (other.Decay, other.Depth, other.CommitmentCost, other.EntropyCost, other.UsageWindow);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, CodebookSize, CodeDimension, Normalize, Learning, Depth, Levels.Count);

    private void Require(int dimension, int vocabulary, string because)
    {
        if (CodeDimension != dimension || CodebookSize != vocabulary)
            throw new ArgumentException($"{because} make {vocabulary} codes of dimension {dimension}, found {CodebookSize} of dimension {CodeDimension}");
    }
}
