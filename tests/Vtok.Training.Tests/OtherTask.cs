using TorchSharp;
using Vtok.Training.Tasks;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

/// <summary>A task of another shape than <see cref="TinyTask"/>.</summary>
internal sealed class OtherTask : TrainingTask
{
    private readonly TorchSharp.Modules.Linear _model = nn.Linear(2, 2);

    public override nn.Module Model => _model;

    public override TrainingBatch MakeBatch(long step) => throw new NotSupportedException();

    public override IReadOnlyList<LossTerm> Losses(TrainingBatch batch) => throw new NotSupportedException();
}
