namespace Vtok.Parity;

/// <summary>Collects what a runner computed for one case and compares it with what was expected.</summary>
public sealed class CaseReport
{
    private readonly GoldenCase? _case;
    private readonly HashSet<string> _compared = [];
    private readonly List<string> _failures = [];
    private readonly List<string> _setAside = [];
    private string? _worst;
    private double _error, _tolerance;

    /// <summary>A report on a case; null for files that are no case, which use <see cref="Check"/> alone.</summary>
    public CaseReport(GoldenCase? golden) => _case = golden;

    /// <summary>Error over tolerance: 0 for no error, infinite where none is allowed.</summary>
    public static double Ratio(double error, double tolerance) => error == 0 ? 0 : error / tolerance;

    /// <summary>Compares a tensor of any type and device with the one of that name, elements outside the tolerance being a failure.</summary>
    /// <param name="name">Name of the output without "out.", or "grad.x", "after.x", "x.0".</param>
    /// <param name="actual">What we computed; must have the expected shape. NaN equals NaN.</param>
    public void Compare(string name, Tensor actual) => Compare(name, actual, where: null);

    /// <summary>The same, looking only at the elements where <paramref name="where"/> is true.</summary>
    public void Compare(string name, Tensor actual, Tensor? where)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        if (_case is null || !_case.HasExpected(name))
        {
            Fail($"{name}: the case expects no such tensor");
            return;
        }
        _compared.Add(name);
        Tensor expected = _case.Expected(name);
        if (!actual.shape.SequenceEqual(expected.shape))
            Fail($"{name}: shape [{string.Join(", ", actual.shape)}], expected [{string.Join(", ", expected.shape)}]");
        else if (_case.Tolerance(name) is { } tolerance)
            Compare(name, actual.detach().cpu(), expected, where?.cpu(), tolerance);
        else
            Fail($"{name}: the case gives no tolerance");
    }

    /// <summary>Compares all outputs that the case expects; a runner may compute more than each of its cases records.</summary>
    public void Compare(IReadOnlyDictionary<string, Tensor> outputs)
    {
        foreach (string name in _case?.OutputNames.Where(outputs.ContainsKey) ?? [])
            Compare(name, outputs[name]);
    }

    /// <summary>Compares a single number with the scalar or one-element tensor of that name.</summary>
    public void Compare(string name, double actual) => Compare(name, [actual]);

    /// <summary>Compares numbers, in row-major order, with the tensor of that name.</summary>
    public void Compare(string name, double[] actual)
    {
        using DisposeScope scope = NewDisposeScope();
        Compare(name, Shaped(name, tensor(actual)));
    }

    /// <summary>Compares bytes, in row-major order, with the tensor of that name.</summary>
    public void Compare(string name, byte[] actual)
    {
        using DisposeScope scope = NewDisposeScope();
        Compare(name, Shaped(name, tensor(actual)));
    }

    /// <summary>Notes one number and how far it may be from what was expected.</summary>
    public void Check(string name, double actual, double expected, double tolerance)
    {
        _compared.Add(name);
        double error = actual.Equals(expected) ? 0 : Math.Abs(actual - expected);
        Note(name, double.IsNaN(error) ? double.PositiveInfinity : error, tolerance, double.IsNaN(error) || error > tolerance ? $"{actual:G9}, expected {expected:G9}" : null);
    }

    /// <summary>Notes that a recorded value cannot be what the case's definition says, so that nothing is compared with it; the row says so in words.</summary>
    /// <param name="name">Name of the output.</param>
    /// <param name="reason">Why, by a property of what is recorded.</param>
    public void NotComparable(string name, string reason)
    {
        _compared.Add(name);
        _setAside.Add($"{name}: {reason}");
    }

    /// <summary>Notes a failure in words.</summary>
    public void Fail(string reason) => _failures.Add(reason);

    /// <summary>The row of the case; what it lists and the runner never compared is a failure.</summary>
    internal CaseResult Finish(CaseResult row)
    {
        string[] left = _case is null ? [] : [.. _case.OutputNames.Where(name => !_compared.Contains(name))];
        if (left.Length > 0)
            Fail($"not compared: {string.Join(", ", left.Take(4))}{(left.Length > 4 ? $" and {left.Length - 4} more" : "")}");
        if (_compared.Count == _setAside.Count && _failures.Count == 0)
            Fail("nothing was compared");
        return row with
        {
            Status = _failures.Count == 0 ? CaseStatus.Ok : CaseStatus.Fail,
            Tensor = _worst,
            Error = _error,
            Tolerance = _tolerance,
            Compared = _compared.Count - _setAside.Count,
            NotComparable = [.. _setAside],
            Reason = _failures.Count > 1 ? $"{_failures[0]} (and {_failures.Count - 1} more)" : _failures.FirstOrDefault() ?? "",
        };
    }

    private Tensor Shaped(string name, Tensor flat) =>
        _case is not null && _case.HasExpected(name) && _case.Expected(name) is var expected && expected.numel() == flat.numel() ? flat.reshape(expected.shape) : flat;

    private void Compare(string name, Tensor actual, Tensor expected, Tensor? where, double tolerance)
    {
        Tensor a = actual.to(ScalarType.Float64), b = expected.to(ScalarType.Float64);
        Tensor error = (a - b).abs();
        error = error.masked_fill(a.eq(b).logical_or(a.isnan().logical_and(b.isnan())), 0);
        if (IsInteger(actual) && IsInteger(expected)) // double cannot tell neighbours above 2^53 apart
            error = error.maximum(actual.to(ScalarType.Int64).ne(expected.to(ScalarType.Int64)).to(ScalarType.Float64));
        error = error.masked_fill(error.isnan(), double.PositiveInfinity);
        if (where is not null)
            error = error.masked_fill(where.logical_not(), 0);
        if (error.numel() == 0)
            return;
        Tensor excess = error - (b.abs() * _case!.RelativeTolerance).nan_to_num(0, 0, 0); // beyond the relative part
        double worst = Math.Max(0, excess.max().item<double>());
        long outside = excess.gt(tolerance).sum().item<long>();
        Note(name, worst, tolerance, outside == 0 ? null : $"{outside} of {error.numel()} outside, worst {worst:G3}, allowed {tolerance:G3}");
    }

    private static bool IsInteger(Tensor t) => t.dtype is ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte or ScalarType.Bool;

    private void Note(string name, double error, double tolerance, string? failure)
    {
        if (_worst is null || Ratio(error, tolerance) > Ratio(_error, _tolerance))
            (_worst, _error, _tolerance) = (name, error, tolerance);
        if (failure is not null)
            Fail($"{name}: {failure}");
    }
}
