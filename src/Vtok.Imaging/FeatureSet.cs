namespace Vtok.Imaging;

/// <summary>Features of a set of pictures: <see cref="Count"/> rows of <see cref="Dimension"/> values.</summary>
public sealed class FeatureSet
{
    private readonly double[] _values;

    /// <summary>Wraps rows without copying them.</summary>
    /// <param name="values">[count, dimension], row-major.</param>
    /// <param name="dimension">1 or more; divides the length.</param>
    public FeatureSet(double[] values, int dimension)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (values.Length % dimension != 0)
            throw new ArgumentException($"{values.Length} values are not whole rows of {dimension}", nameof(values));
        (_values, Dimension) = (values, dimension);
    }

    /// <summary>Copies the float rows that networks give.</summary>
    public FeatureSet(ReadOnlySpan<float> values, int dimension) : this(Widen(values), dimension) { }

    /// <summary>Number of pictures.</summary>
    public int Count => _values.Length / Dimension;

    /// <summary>Length of a row.</summary>
    public int Dimension { get; }

    /// <summary>Features of one picture.</summary>
    public ReadOnlySpan<double> Row(int index) => _values.AsSpan(index * Dimension, Dimension);

    /// <summary>The mean row.</summary>
    public double[] Mean()
    {
        double[] mean = new double[Dimension];
        for (int i = 0; i < Count; i++)
            for (int d = 0; d < Dimension; d++)
                mean[d] += Row(i)[d] / Count;
        return mean;
    }

    internal void RequireSameDimension(FeatureSet other)
    {
        if (other.Dimension != Dimension)
            throw new ArgumentException($"features of {Dimension} against {other.Dimension} values");
        if (Count < 2 || other.Count < 2)
            throw new ArgumentException($"sets of {Count} and {other.Count} pictures, at least 2 each are needed");
    }

    private static double[] Widen(ReadOnlySpan<float> values)
    {
        double[] wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
            wide[i] = values[i];
        return wide;
    }
}
