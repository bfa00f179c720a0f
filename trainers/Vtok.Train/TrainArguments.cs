using Vtok.Training.Recipes;

namespace Vtok.Train;

/// <summary>What was given on the command line.</summary>
internal sealed record TrainArguments(
    Recipe Recipe, string? Data, string? Validation, string? Output, double? MaxSeconds, string Device, int? Threads);
