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
    private readonly Queue<(Tensor Pictures, Tensor Reconstruction)> _seen = []; // the micro-batches of the step under way
    private Tensor? _survey; // of all of them

    public override nn.Module Model => loss;

    public override OptimizerRecipe Optimizer => optimizer;

    public override long Start => loss.Settings.Start;

    public override double LearningRateAt(long step) => schedule.At(Math.Max(0, step - loss.Settings.Start));

    public override bool Decays(string name, Tensor parameter) => decays(name, parameter);

    /// <summary>Notes what the network made of the pictures of a micro-batch.</summary>
    public void Look(Tensor pictures, Tensor reconstruction)
        => _seen.Enqueue((pictures.detach().DetachFromDisposeScope(), reconstruction.detach().DetachFromDisposeScope()));

    public override IReadOnlyList<LossTerm> Losses(long step)
    {
        if (_seen.Count > 1)
            _survey ??= loss.Survey(_seen, step)?.DetachFromDisposeScope();
        if (!_seen.TryDequeue(out (Tensor Pictures, Tensor Reconstruction) seen))
            throw new InvalidOperationException("the discriminator has seen no pictures");
        using (seen.Pictures)
        using (seen.Reconstruction)
        using (_seen.Count == 0 ? _survey : null)
        {
            IReadOnlyList<LossTerm> terms = loss.DiscriminatorTerms(seen.Pictures, seen.Reconstruction, step, _survey);
            if (_seen.Count == 0)
                _survey = null;
            return terms;
        }
    }
}
