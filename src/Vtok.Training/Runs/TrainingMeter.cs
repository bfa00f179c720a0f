using System.Diagnostics;
using Vtok.Training.Tasks;

namespace Vtok.Training.Runs;

/// <summary>Sums losses on the device between two log steps, so that the training does not wait for a number at every step.</summary>
internal sealed class TrainingMeter
{
    private readonly Dictionary<string, Tensor> _sums = [];
    private long _started;
    private long _firstStep;
    private long _timedStep;
    private long _pictures;

    /// <summary>Starts the clock anew, after something that is not training.</summary>
    public void Restart(long step)
    {
        _started = Stopwatch.GetTimestamp();
        _timedStep = step;
        _pictures = 0;
        if (_sums.Count == 0)
            _firstStep = step;
    }

    /// <summary>Adds the numbers of a step.</summary>
    public void Add(IReadOnlyList<LossTerm> terms, Tensor loss, Tensor norm, int pictures)
    {
        using (no_grad())
        {
            Add("loss", loss);
            foreach (LossTerm term in terms)
                Add(term.Name, term.Value);
            Add("", norm);
        }
        _pictures += pictures;
    }

    /// <summary>Whether all sums are finite numbers.</summary>
    public bool IsFinite()
    {
        using DisposeScope scope = NewDisposeScope();
        return _sums.Values.All(sum => double.IsFinite(sum.to(ScalarType.Float64).item<double>()));
    }

    /// <summary>Means since the last reading, and starts anew.</summary>
    public TrainingProgress Read(TrainingState state, long steps, double learningRate, TimeSpan waited)
    {
        using DisposeScope scope = NewDisposeScope();
        double count = Math.Max(1, state.Step - _firstStep);
        var means = new Dictionary<string, double>();
        foreach ((string name, Tensor sum) in _sums)
        {
            means[name] = sum.to(ScalarType.Float64).item<double>() / count;
            sum.Dispose();
        }
        _sums.Clear();
        means.Remove("", out double norm);
        double seconds = Math.Max(1e-9, Stopwatch.GetElapsedTime(_started).TotalSeconds);
        double left = state.Step > _timedStep ? (steps - state.Step) * seconds / (state.Step - _timedStep) : double.NaN;
        var progress = new TrainingProgress(state.Step, steps, state.Seconds, left, _pictures / seconds,
            Math.Min(1, waited.TotalSeconds / seconds), learningRate, norm, means);
        Restart(state.Step);
        return progress;
    }

    private void Add(string name, Tensor value)
    {
        if (_sums.TryGetValue(name, out Tensor? sum))
            sum.add_(value.detach());
        else
            _sums[name] = value.detach().clone().DetachFromDisposeScope();
    }
}
