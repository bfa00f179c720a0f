using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Vtok.Streams;

/// <summary>Immutable description of a tokenizer: all that a reader of its token files must know, without the networks.</summary>
public sealed record TokenizerInfo
{
    private readonly int[] _lengths = [];

    /// <summary>Name for people, such as "default" or "titok-l32"; not part of the key. 1 to 128 characters, none of them control characters.</summary>
    public required string Name { get; init; }

    /// <summary>Family in lower case, such as "residual", "titok", "one-d-piece".</summary>
    public required string Family { get; init; }

    /// <summary>Meaning of the positions. Grid models: Causal or Raster.</summary>
    public required TokenOrder Order { get; init; }

    /// <summary>Vocabulary by position: as many positions as the longest length (Set: as the grid has).</summary>
    /// <remarks>Grid models: one endless run. Set: one run.</remarks>
    public required ImageVocabulary Vocabulary { get; init; }

    /// <summary>Which lengths a lane may have: [least, most] for Nested and Set, all allowed counts in ascending order for Scales.</summary>
    /// <remarks>[n] for Causal and Raster; empty for grid models, where the picture's size decides.</remarks>
    public required IReadOnlyList<int> Lengths { get => _lengths; init => _lengths = [.. value]; }

    /// <summary>Native width in pixels, or null for a grid model.</summary>
    public int? NativeWidth { get; init; }

    /// <summary>Native height in pixels, or null for a grid model.</summary>
    public int? NativeHeight { get; init; }

    /// <summary>Pixels per token along a side for grid models, else null.</summary>
    public int? Factor { get; init; }

    /// <summary>How pictures are prepared.</summary>
    public required ImagePreprocessing Preprocessing { get; init; }

    /// <summary>SHA-256 of the entropy tables (64 lower-case hex digits), or null.</summary>
    public string? Prior { get; init; }

    /// <summary>SHA-256 of the weights (64 lower-case hex digits).</summary>
    public required string Weights { get; init; }

    /// <summary>Length in bytes of the weight file (of all shards together), or null when unknown; not part of the key.</summary>
    public long? WeightsLength { get; init; }

    /// <summary>Whether the model takes pictures of any size (one token a patch) instead of one native size.</summary>
    public bool IsGrid => Factor is not null;

    /// <summary>The 32-byte key: SHA-256 of <see cref="ToCanonicalJson"/>.</summary>
    /// <exception cref="ArgumentException">The description is not valid.</exception>
    public byte[] ComputeKey() => SHA256.HashData(ToCanonicalJson());

    /// <summary>The first four bytes of the key, big endian: what a token file carries.</summary>
    /// <exception cref="ArgumentException">The description is not valid.</exception>
    public uint ComputeFileKey() => BinaryPrimitives.ReadUInt32BigEndian(ComputeKey());

    /// <summary>The nine members that decide what ids mean, as ASCII JSON in the one form that the key is computed of.</summary>
    /// <exception cref="ArgumentException">The description is not valid.</exception>
    public byte[] ToCanonicalJson()
    {
        Validate();
        return TokenizerInfoJson.WriteCanonical(this);
    }

    /// <summary>The text of tokenizer.json, UTF-8: this description with its key.</summary>
    /// <exception cref="ArgumentException">The description is not valid.</exception>
    public byte[] ToJson()
    {
        Validate();
        return TokenizerInfoJson.Write(this);
    }

    /// <summary>Reads tokenizer.json. Members that this version does not know are ignored.</summary>
    /// <exception cref="TokenFileException">
    /// Not such a description, over 1 MiB, or its key does not match (<see cref="TokenFileError.BadDescription"/>).
    /// </exception>
    public static TokenizerInfo FromJson(ReadOnlySpan<byte> utf8Json) => TokenizerInfoJson.Read(utf8Json);

    /// <summary>Whether a lane of <paramref name="count"/> tokens decodes. Grid models: any count of at least 1 (the size decides).</summary>
    public bool AllowsLength(int count) => Order switch
    {
        _ when IsGrid => count >= 1,
        TokenOrder.Nested or TokenOrder.Set => count >= _lengths[0] && count <= _lengths[1],
        _ => Array.BinarySearch(_lengths, count) >= 0,
    };

    /// <summary>Throws when a member, or how members go together, is not valid.</summary>
    /// <exception cref="ArgumentException">Names the member, its value and what was expected.</exception>
    public void Validate()
    {
        if (FindProblem() is { } problem)
            throw new ArgumentException($"tokenizer description: {problem}");
    }

    /// <inheritdoc/>
    public bool Equals(TokenizerInfo? other)
        => other is not null && Name == other.Name && Family == other.Family && Order == other.Order && Vocabulary.Equals(other.Vocabulary)
            && _lengths.AsSpan().SequenceEqual(other._lengths) && NativeWidth == other.NativeWidth && NativeHeight == other.NativeHeight
            && Factor == other.Factor && Preprocessing.Equals(other.Preprocessing) && Prior == other.Prior && Weights == other.Weights
            && WeightsLength == other.WeightsLength;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Family, Order, Vocabulary, Weights);

    internal static bool IsIdentifier(string? text)
        => text is { Length: >= 1 and <= 64 } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    internal string? FindProblem()
    {
        if (Name is not { Length: >= 1 and <= 128 } || Name.Any(char.IsControl))
            return "name: expected 1 to 128 characters without control characters";
        if (!IsIdentifier(Family))
            return $"family: \"{Family}\", expected lower-case letters, digits and hyphens";
        if (!Enum.IsDefined(Order))
            return $"order: {Order}, expected one of {string.Join(", ", Enum.GetNames<TokenOrder>())}";
        if (Vocabulary is null || Preprocessing is null)
            return "vocabulary and preprocessing: expected both";
        if (!IsDigest(Weights))
            return $"weights: \"{Weights}\", expected 64 lower-case hex digits";
        if (Prior is not null && !IsDigest(Prior))
            return $"prior: \"{Prior}\", expected 64 lower-case hex digits or null";
        if (WeightsLength < 0)
            return $"weightsLength: {WeightsLength}, expected at least 0 or null";
        return Preprocessing.FindProblem() ?? (IsGrid ? FindGridProblem() : FindNativeProblem());
    }

    private static bool IsDigest(string? text) => text is { Length: 64 } && text.All(c => char.IsAsciiHexDigitLower(c));

    private string? FindGridProblem()
    {
        if (Factor is < 1 or > VtokLimits.Side)
            return $"factor: {Factor}, expected 1 to {VtokLimits.Side}";
        if (NativeWidth is not null || NativeHeight is not null)
            return "native: expected null beside a factor";
        if (_lengths.Length != 0)
            return $"lengths: {_lengths.Length} entries, expected none for a grid model";
        if (!Vocabulary.IsEndless)
            return "vocabulary: expected one run with positions 0 for a grid model";
        return Order is TokenOrder.Causal or TokenOrder.Raster ? null : $"order: {Order}, expected Causal or Raster for a grid model";
    }

    private string? FindNativeProblem()
    {
        if (NativeWidth is not (>= 1 and <= VtokLimits.Side) || NativeHeight is not (>= 1 and <= VtokLimits.Side))
            return $"native: [{NativeWidth},{NativeHeight}], expected two sides of 1 to {VtokLimits.Side}, or a factor instead";
        if ((long)NativeWidth * NativeHeight > VtokLimits.Pixels)
            return $"native: [{NativeWidth},{NativeHeight}], expected at most {VtokLimits.Pixels} pixels";
        if (Vocabulary.Positions is not { } positions)
            return "vocabulary: expected runs with positions beside a native size";
        bool hasRightCount = Order switch
        {
            TokenOrder.Nested or TokenOrder.Set => _lengths.Length == 2,
            TokenOrder.Causal or TokenOrder.Raster => _lengths.Length == 1,
            _ => _lengths.Length is >= 1 and <= VtokLimits.DescriptionEntries,
        };
        if (!hasRightCount)
            return $"lengths: {_lengths.Length} entries, expected 2 for Nested and Set, 1 for Causal and Raster, at least 1 for Scales";
        for (int i = 0, previous = 0; i < _lengths.Length; previous = _lengths[i++])
        {
            // Least and most may be equal: a nested model of one length.
            int least = Order is TokenOrder.Nested or TokenOrder.Set ? Math.Max(previous, 1) : previous + 1;
            if (_lengths[i] < least)
                return $"lengths[{i}]: {_lengths[i]}, expected at least {least}";
        }
        if (Order == TokenOrder.Set && Vocabulary.Runs.Count != 1)
            return "vocabulary: expected one run for order Set, where any position may be left out";
        if (Order == TokenOrder.Set ? _lengths[^1] > positions : _lengths[^1] != positions)
            return $"lengths: longest {_lengths[^1]}, expected the vocabulary's {positions} positions";
        return null;
    }
}
