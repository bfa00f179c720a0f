namespace Vtok.Models.Layers.Flow;

/// <summary>How a sampler follows a velocity.</summary>
public enum FlowSolver
{
    /// <summary>One velocity a step: x - v / S. What published models are evaluated with.</summary>
    Euler,

    /// <summary>The mean of the velocities at both ends of a step: twice the work but for the last step, second order.</summary>
    Heun,

    /// <summary>Every step jumps to the clean picture that the velocity points at, and new noise takes it back to the next time: for very few steps.</summary>
    FewStep,
}
