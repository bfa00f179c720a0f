namespace Vtok.Training.Tasks;

/// <summary>What a head of stage B is trained on.</summary>
internal abstract class RefinementLoss : IDisposable
{
    /// <summary>Loss terms of pictures in -1..1: both [B, 3, W, W], lengths [B].</summary>
    public abstract IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step);

    /// <summary>The discriminator that the head is trained against, or null.</summary>
    public virtual Opponent? Opponent => null;

    /// <summary>The distance of whole pictures that validation averages: both [B, 3, S, S] in -1..1 -> [B].</summary>
    public abstract Tensor Distance(Tensor output, Tensor pictures);

    /// <summary>The number by which the best weights are chosen; higher is better.</summary>
    /// <param name="reports">By number of tokens.</param>
    public abstract double Score(IReadOnlyDictionary<int, LengthReport> reports);

    public abstract void Dispose();
}
