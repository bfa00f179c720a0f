namespace Vtok.Training.Runs;

/// <summary>Numbers of one log step.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps to do in all.</param>
/// <param name="Seconds">Seconds trained, earlier parts of a resumed run included.</param>
/// <param name="SecondsLeft">Estimate from the speed since the last log step.</param>
/// <param name="PicturesPerSecond">Since the last log step.</param>
/// <param name="WaitShare">Share of the time since then that was spent waiting for data.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="GradientNorm">Mean before clipping since then.</param>
/// <param name="Terms">Mean of every loss term since then, "loss" being their weighted sum.</param>
public sealed record TrainingProgress(
    long Step,
    long Steps,
    double Seconds,
    double SecondsLeft,
    double PicturesPerSecond,
    double WaitShare,
    double LearningRate,
    double GradientNorm,
    IReadOnlyDictionary<string, double> Terms);
