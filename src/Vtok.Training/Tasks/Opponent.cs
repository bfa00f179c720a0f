using Vtok.Training.Recipes;

namespace Vtok.Training.Tasks;

/// <summary>A network that is trained against the task's model: after each step of the model, on the same batch, with an optimizer of its own.</summary>
public abstract class Opponent
{
    /// <summary>The module whose parameters are trained and saved; the task owns it.</summary>
    public abstract nn.Module Model { get; }

    /// <summary>Constants of its optimizer.</summary>
    public abstract OptimizerRecipe Optimizer { get; }

    /// <summary>The first step at which it is trained.</summary>
    public virtual long Start => 0;

    /// <summary>Its learning rate at a step of the model.</summary>
    public abstract double LearningRateAt(long step);

    /// <summary>Whether the weights of a parameter decay, where its optimizer has a weight decay.</summary>
    public virtual bool Decays(string name, Tensor parameter) => true;

    /// <summary>Loss terms on what the model has just been trained on: called once for each micro-batch of a step, in their order, after the model's gradients
    /// of all of them; empty when it is not trained at this step.</summary>
    public abstract IReadOnlyList<LossTerm> Losses(long step);
}
