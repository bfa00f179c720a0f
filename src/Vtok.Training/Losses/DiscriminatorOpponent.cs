using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Losses;

/// <summary>A discriminator trained on the reconstructions that the network was just trained on.</summary>
/// <param name="loss">The discriminator with its loss; the task owns it.</param>
/// <param name="optimizer">Constants of its optimizer.</param>
/// <param name="schedule">Its learning rate, counted from its own first step.</param>
/// <param name="decays">Whether a parameter's weights decay.</param>
internal sealed class DiscriminatorOpponent(Adversary loss, OptimizerRecipe optimizer, ILearningRate schedule, Func<string, Tensor, bool> decays) : Opponent
{
    private (Tensor Pictures, Tensor Reconstruction)? _seen; // of the step under way; they live in the step's scope

    public override nn.Module Model => loss;

    public override OptimizerRecipe Optimizer => optimizer;

    public override long Start => loss.Settings.Start;

    public override double LearningRateAt(long step) => schedule.At(Math.Max(0, step - loss.Settings.Start));

    public override bool Decays(string name, Tensor parameter) => decays(name, parameter);

    /// <summary>Notes what the network made of the pictures of this step.</summary>
    public void Look(Tensor pictures, Tensor reconstruction) => _seen = (pictures, reconstruction.detach());

    public override IReadOnlyList<LossTerm> Losses(long step)
    {
        (Tensor pictures, Tensor reconstruction) = _seen ?? throw new InvalidOperationException("the discriminator has seen no pictures");
        _seen = null;
        return loss.DiscriminatorTerms(pictures, reconstruction, step);
    }
}
