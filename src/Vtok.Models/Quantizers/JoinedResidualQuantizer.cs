using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>A <see cref="ResidualQuantizer"/> whose Q ids of a vector are written as one, the first book's the most significant digit in base K.</summary>
/// <remarks>For token streams that hold one id a position. Keys: <c>residual.layers.{i}.embedding.weight</c>.</remarks>
public sealed class JoinedResidualQuantizer : Module<Tensor, Tensor>, ILearnedCodes
{
    [ComponentName(Name = "residual")] private readonly ResidualQuantizer _residual;

    /// <summary>Creates the quantizers with undefined codebooks.</summary>
    /// <param name="config">Settings of every book.</param>
    /// <param name="depth">Number of books (Q), at least 1; K^Q must be below 2^31.</param>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public JoinedResidualQuantizer(VectorQuantizerConfig config, int depth) : base(nameof(JoinedResidualQuantizer))
    {
        CodebookSize = Join(config.CodebookSize, depth) ?? throw new ArgumentException(
            $"{depth} books of {config.CodebookSize} codes make {config.CodebookSize}^{depth} ids, expected below 2^31", nameof(depth));
        _residual = new ResidualQuantizer(config, depth);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public int CodebookSize { get; }

    /// <inheritdoc/>
    public int CodeDimension => _residual.CodeDimension;

    /// <inheritdoc/>
    public int Books => _residual.Depth;

    /// <inheritdoc/>
    public int BookSize => _residual.CodebookSize;

    /// <summary>K^Q, or null when it is 2^31 or more.</summary>
    public static int? Join(int codes, int depth)
    {
        long joined = 1;
        for (int i = 0; i < depth && joined <= int.MaxValue; i++)
            joined *= codes;
        return joined <= int.MaxValue ? (int)joined : null;
    }

    /// <inheritdoc/>
    public void Initialize(Generator generator) => _residual.Initialize(generator);

    /// <inheritdoc/>
    public void Start(Tensor features, Generator generator, int rounds = 10)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor left = features.detach().to(ScalarType.Float32).reshape(-1, CodeDimension);
        for (int book = 0; book < Books; book++)
        {
            VectorQuantizer layer = _residual.Layer(book);
            layer.Start(left, generator, rounds);
            left = left - layer.Decode(layer.Encode(left));
        }
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return Joined(_residual.Encode(features)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] digits = [.. Enumerable.Range(0, Books).Select(book => IdsOf(book, ids))];
        return _residual.Decode(stack(digits, dim: -1)).MoveToOuterDisposeScope();
    }

    /// <summary>Features to quantized features, as <see cref="Quantize"/> without the rest.</summary>
    public override Tensor forward(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return Quantize(features).Quantized.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public QuantizerOutput Quantize(Tensor features)
    {
        QuantizerOutput output = _residual.Quantize(features);
        using Tensor digits = output.Ids;
        using DisposeScope scope = NewDisposeScope();
        return output with { Ids = Joined(digits).MoveToOuterDisposeScope() };
    }

    /// <inheritdoc/>
    public Tensor IdsOf(int book, Tensor ids)
    {
        QuantizerInput.RequireIds(ids);
        using DisposeScope scope = NewDisposeScope();
        long place = Join(BookSize, Books - 1 - book)!.Value;
        return ids.div(place, RoundingMode.floor).remainder(BookSize).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor InputOf(int book, Tensor features, Tensor ids)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor left = features.detach().to(ScalarType.Float32);
        for (int before = 0; before < book; before++)
            left = left - _residual.Layer(before).Decode(IdsOf(before, ids));
        return left.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Replace(int book, Tensor codes, Tensor vectors) => _residual.Layer(book).Replace(codes, vectors);

    private Tensor Joined(Tensor digits)
    {
        Tensor places = tensor([.. Enumerable.Range(0, Books).Select(book => (long)Join(BookSize, Books - 1 - book)!.Value)], device: digits.device); // [Q]
        return (digits * places).sum(-1);
    }
}
