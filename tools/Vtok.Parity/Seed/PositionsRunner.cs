using Vtok.Models.Layers.Vision;

namespace Vtok.Parity.Seed;

/// <summary>Positions of one grid resampled for another.</summary>
internal sealed class PositionsRunner : ICaseRunner
{
    public string Family => "seed";

    public IReadOnlyList<string> Kinds => ["vit-pos-interpolation"];

    public void Run(GoldenCase golden, CaseReport report) =>
        report.Compare("pos_embed", EvaPositions.Resample(golden.Input("pos_embed"), golden.Config.GetProperty("new_grid").GetInt32()));
}
