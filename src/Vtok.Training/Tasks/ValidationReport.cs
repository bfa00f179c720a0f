namespace Vtok.Training.Tasks;

/// <summary>What a validation measured.</summary>
/// <param name="Score">The one number by which the best weights are chosen; higher is better.</param>
/// <param name="Values">All numbers by name, for the log.</param>
public sealed record ValidationReport(double Score, IReadOnlyDictionary<string, double> Values);
