using Vtok.Streams;

namespace Vtok.Models.Residual;

/// <summary>The residual tokenizer: one encoder, and a decoder for each look over the same tokens.</summary>
/// <remarks>The look "linear" is the plain sum of what the codes draw; a refinement head adds a correction to it.</remarks>
public sealed class ResidualTokenizer : ITokenizerModel
{
    /// <summary>Name of the look that every residual tokenizer has.</summary>
    public const string LinearLook = "linear";

    private readonly ResidualEncoder _encoder;
    private readonly SortedDictionary<string, RefinementDecoder> _heads;

    /// <summary>Puts a tokenizer together.</summary>
    /// <param name="info">Description; its key names the model in files.</param>
    /// <param name="books">The fitted books; owned from now on.</param>
    /// <param name="heads">Refinement heads by look, on the device of the books; owned from now on. Null means none.</param>
    public ResidualTokenizer(TokenizerInfo info, ResidualCodebooks books, IReadOnlyDictionary<string, RefinementDecoder>? heads = null)
    {
        (Info, Books) = (info, books);
        _encoder = new ResidualEncoder(books);
        _heads = new SortedDictionary<string, RefinementDecoder>(heads?.ToDictionary() ?? [], StringComparer.Ordinal);
        foreach (RefinementDecoder head in _heads.Values)
            head.eval();
    }

    /// <inheritdoc/>
    public TokenizerInfo Info { get; }

    /// <inheritdoc/>
    public Device Device => Books.Device;

    /// <summary>The fitted books.</summary>
    public ResidualCodebooks Books { get; }

    /// <summary>The looks of this model, the default one first.</summary>
    public IReadOnlyList<string> Looks => [.. _heads.Keys, LinearLook];

    /// <inheritdoc/>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null) =>
        _encoder.Encode(pictures, options?.Tokens, options?.Effort ?? EncodeEffort.Default);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Ids of another shape or outside the books, or a look that is not there.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null)
    {
        if (ids.dim() != 2 || ids.dtype != ScalarType.Int64 || ids.size(1) < 1 || ids.size(1) > Books.Config.Tokens)
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, 1..{Books.Config.Tokens}]", nameof(ids));
        string look = options?.Look ?? Looks[0];
        if (!Looks.Contains(look))
            throw new ArgumentException($"look \"{look}\" is not in this model, which has: {string.Join(", ", Looks)}", nameof(options));

        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        ModelInput.RequireRange(ids, Books.Config.Codes);
        StagePlanes stages = Books.Dequantize(ids.to(Device));
        if (!_heads.TryGetValue(look, out RefinementDecoder? head))
            return Books.LinearPicture(stages).MoveToOuterDisposeScope();
        RefinementInput input = RefinementPlanes.Make(Books, stages);
        return ((input.Linear + head.call(input.Planes)) * 0.5 + 0.5).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RefinementDecoder head in _heads.Values)
            head.Dispose();
        Books.Dispose();
    }
}
