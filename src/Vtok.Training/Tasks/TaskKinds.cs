using Vtok.Models.OneDPiece;
using Vtok.Training.LlamaGen;
using Vtok.Training.Titok;

namespace Vtok.Training.Tasks;

/// <summary>All kinds of tasks, one line each.</summary>
public static class TaskKinds
{
    /// <summary>In the order of the help text.</summary>
    public static IReadOnlyList<TaskKind> All { get; } =
    [
        new ResidualFitTaskKind(),
        new RefinementTaskKind(),
        new TitokTaskKind("titok-stage1", OneDPieceForm.StageOne),
        new TitokTaskKind("titok-stage2", OneDPieceForm.TwoStage),
        new TitokTaskKind("titok-single-stage", OneDPieceForm.OneStage),
        new LlamaGenTaskKind(),
    ];
}
