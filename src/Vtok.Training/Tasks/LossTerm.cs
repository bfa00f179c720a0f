namespace Vtok.Training.Tasks;

/// <summary>One named part of the loss; the loop minimises the weighted sum and logs every part.</summary>
/// <param name="Name">Name in the log.</param>
/// <param name="Value">A scalar.</param>
/// <param name="Weight">Factor in the sum; 0 for a value that is only logged.</param>
public sealed record LossTerm(string Name, Tensor Value, double Weight = 1)
{
    /// <summary>The weighted sum, a scalar in the caller's scope.</summary>
    /// <exception cref="InvalidOperationException">No term weighs.</exception>
    public static Tensor Sum(IReadOnlyList<LossTerm> terms)
    {
        using DisposeScope scope = NewDisposeScope();
        return terms.Where(term => term.Weight != 0).Select(term => term.Value * term.Weight).Aggregate((sum, term) => sum + term).MoveToOuterDisposeScope();
    }
}
