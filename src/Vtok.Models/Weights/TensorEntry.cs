namespace Vtok.Models.Weights;

/// <summary>What a weight source says about one tensor before it is touched.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
public sealed record TensorEntry(ScalarType Type, IReadOnlyList<long> Shape)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <inheritdoc/>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";
}
