namespace Vtok.Models.Layers.Flow;

/// <summary>Follows the velocity of a rectified flow (arXiv 2209.03003) from noise at time 1 to the clean end at time 0.</summary>
/// <param name="Steps">Number of steps S, 1..1000.</param>
/// <param name="Solver">How it follows.</param>
public sealed record RectifiedFlowSampler(int Steps, FlowSolver Solver = FlowSolver.Euler)
{
    /// <summary>Most steps.</summary>
    public const int MostSteps = 1000;

    /// <summary>Times at which a velocity is asked for, in this order.</summary>
    public IReadOnlyList<double> Times => [.. FlowTimes.Grid(Checked).SkipLast(1)];

    private int Checked => Steps is >= 1 and <= MostSteps ? Steps : throw new ArgumentOutOfRangeException(nameof(Steps), Steps, $"must be in 1..{MostSteps}");

    /// <summary>Runs all steps.</summary>
    /// <param name="noise">[B, ...] standard normal; stays the caller's.</param>
    /// <param name="velocity">Velocity of x at a time of <see cref="Times"/>, of the shape of x.</param>
    /// <param name="renewal">New noise of the shape of x for <see cref="FlowSolver.FewStep"/>; may be null for others.</param>
    /// <param name="cancellation">Looked at before every step.</param>
    /// <returns>[B, ...] at time 0.</returns>
    /// <exception cref="ArgumentException">New noise is needed and not given.</exception>
    public Tensor Sample(Tensor noise, Func<Tensor, double, Tensor> velocity, Func<Tensor>? renewal = null, CancellationToken cancellation = default)
    {
        if (Solver == FlowSolver.FewStep && renewal is null)
            throw new ArgumentException("this solver needs new noise at every step", nameof(renewal));
        IReadOnlyList<double> grid = FlowTimes.Grid(Checked);
        Tensor x = noise.alias();
        for (int i = 0; i < Steps; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using Tensor before = x;
            using DisposeScope scope = NewDisposeScope();
            x = Step(before, grid[i], grid[i + 1], velocity, renewal).MoveToOuterDisposeScope();
        }
        return x;
    }

    private Tensor Step(Tensor x, double time, double next, Func<Tensor, double, Tensor> velocity, Func<Tensor>? renewal)
    {
        double length = 1.0 / Steps;
        Tensor v = velocity(x, time);
        switch (Solver)
        {
            case FlowSolver.Heun when next > 0: // at the clean end there is no velocity to average with
                Tensor there = velocity(x - v * length, next);
                return x - (v + there) * (length / 2);
            case FlowSolver.FewStep:
                Tensor clean = x - v * time;
                return next > 0 ? renewal!() * next + clean * (1 - next) : clean;
            default:
                return x - v * length;
        }
    }
}
