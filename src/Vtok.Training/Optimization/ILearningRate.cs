namespace Vtok.Training.Optimization;

/// <summary>The learning rate as a pure function of the step.</summary>
public interface ILearningRate
{
    /// <summary>The rate of a step, 0 for the first.</summary>
    double At(long step);
}
