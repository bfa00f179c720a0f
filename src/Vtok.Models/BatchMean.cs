namespace Vtok.Models;

/// <summary>Makes a mean over a part of a batch into the mean over the whole of it, for losses that are no mean over samples: an entropy, a ratio, a square of a mean.</summary>
/// <remarks>The value is that of all, the gradient flows through the own part alone, as <c>own + (all - own).detach()</c>. Where every part takes the same
/// function of the mean, and the gradients of the parts are averaged, that is the gradient of the function over the whole batch.
/// Every part must ask for the same means in the same order.</remarks>
public sealed class BatchMean
{
    private readonly Func<Tensor, Tensor>? _ofAll;
    private readonly int _parts = 1;

    /// <summary>The batch is not shared.</summary>
    public static BatchMean Alone { get; } = new();

    private BatchMean() { }

    /// <summary>The batch is shared.</summary>
    /// <param name="ofAll">The mean over the parts of a tensor that each of them has, without gradient, in the caller's scope.</param>
    /// <param name="parts">How many parts there are.</param>
    public BatchMean(Func<Tensor, Tensor> ofAll, int parts) => (_ofAll, _parts) = (ofAll, parts);

    /// <summary>The mean over the whole batch.</summary>
    /// <param name="own">The mean over the own part; means of several kinds can come as one tensor.</param>
    public Tensor Of(Tensor own) => Of(own, own);

    /// <summary>The same where the own part comes in pieces.</summary>
    /// <param name="piece">The mean over one piece, through which the gradient flows.</param>
    /// <param name="own">The mean over all pieces.</param>
    public Tensor Of(Tensor piece, Tensor own)
    {
        if (_ofAll is null && ReferenceEquals(piece, own))
            return own.alias();
        using DisposeScope scope = NewDisposeScope();
        return (piece + (ValueOf(own) - piece).detach()).MoveToOuterDisposeScope();
    }

    /// <summary>The mean over the whole batch without gradient.</summary>
    public Tensor ValueOf(Tensor own) => _ofAll?.Invoke(own) ?? own.detach();

    /// <summary>Samples of the whole batch.</summary>
    public long Count(long own) => own * _parts;
}
