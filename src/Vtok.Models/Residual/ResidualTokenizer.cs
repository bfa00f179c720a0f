using Vtok.Streams;

namespace Vtok.Models.Residual;

/// <summary>The residual tokenizer with its linear decoder: ids to the sum of what the codes draw.</summary>
/// <param name="info">Description; its key names the model in files.</param>
/// <param name="books">The fitted books; owned from now on.</param>
public sealed class ResidualTokenizer(TokenizerInfo info, ResidualCodebooks books) : ITokenizerModel
{
    /// <summary>Name of the look that every residual tokenizer has: the plain sum of its codes.</summary>
    public const string LinearLook = "linear";

    private readonly ResidualEncoder _encoder = new(books);

    /// <inheritdoc/>
    public TokenizerInfo Info { get; } = info;

    /// <inheritdoc/>
    public Device Device => Books.Device;

    /// <summary>The fitted books.</summary>
    public ResidualCodebooks Books { get; } = books;

    /// <inheritdoc/>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null) =>
        _encoder.Encode(pictures, options?.Tokens, options?.Effort ?? EncodeEffort.Default);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Ids of another shape or outside the books, or a look that is not there.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null)
    {
        if (ids.dim() != 2 || ids.size(1) < 1 || ids.size(1) > Books.Config.Tokens)
            throw new ArgumentException($"ids of shape [{string.Join(", ", ids.shape)}], expected [B, 1..{Books.Config.Tokens}]", nameof(ids));
        if (options?.Look is { } look && look != LinearLook)
            throw new ArgumentException($"look \"{look}\" is not in this model, which has: {LinearLook}", nameof(options));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        if (ids.lt(0).logical_or(ids.ge(Books.Config.Codes)).any().item<bool>())
            throw new ArgumentException($"an id is outside 0..{Books.Config.Codes - 1}", nameof(ids));
        return Books.LinearPicture(Books.Dequantize(ids.to(Device))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => Books.Dispose();
}
