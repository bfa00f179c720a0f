namespace Vtok.Parity;

/// <summary>Runs our code on golden cases of some kinds of one family.</summary>
public interface ICaseRunner
{
    /// <summary>Family as case.json names it.</summary>
    string Family { get; }

    /// <summary>Kinds as case.json names them.</summary>
    IReadOnlyList<string> Kinds { get; }

    /// <summary>Computes every output of the case and hands each to <see cref="CaseReport.Compare(string, Tensor)"/>.</summary>
    /// <remarks>Runs inside a dispose scope, with gradients enabled as is the default. Any exception makes the case FAIL.</remarks>
    void Run(GoldenCase golden, CaseReport report);
}
