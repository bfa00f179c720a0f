using System.Diagnostics;
using Vtok.Training.Collectives;
using Vtok.Training.Tasks;

namespace Vtok.Training.Runs;

/// <summary>Sums losses on the device between two log steps, so that the training does not wait for a number at every step.</summary>
/// <param name="collective">The processes of the run; what is read is their mean, the same for all.</param>
internal sealed class TrainingMeter(ICollective collective)
{
    private const string Norm = "";

    private readonly Dictionary<string, Tensor> _sums = [];
    private readonly Dictionary<string, int> _counts = []; // times that each term was there: some begin late or come now and then
    private long _started;
    private long _timedStep;
    private long _pictures;

    /// <summary>Starts the clock anew, after something that is not training.</summary>
    public void Restart(long step)
    {
        _started = Stopwatch.GetTimestamp();
        _timedStep = step;
        _pictures = 0;
    }

    /// <summary>Adds the losses of a batch, or of one of its micro-batches.</summary>
    /// <param name="terms">Loss terms.</param>
    /// <param name="loss">Their weighted sum.</param>
    /// <param name="pictures">Samples.</param>
    public void Add(IReadOnlyList<LossTerm> terms, Tensor loss, int pictures)
    {
        Add("loss", loss);
        Add(terms);
        _pictures += pictures * collective.World;
    }

    /// <summary>Adds terms that are not of the network's loss.</summary>
    public void Add(IReadOnlyList<LossTerm> terms)
    {
        foreach (LossTerm term in terms)
            Add(term.Name, term.Value);
    }

    /// <summary>Adds the norm of a step's gradients.</summary>
    public void Add(Tensor norm) => Add(Norm, norm);

    /// <summary>Whether all sums of all processes are finite numbers.</summary>
    public bool IsFinite()
    {
        using DisposeScope scope = NewDisposeScope();
        bool finite = _sums.Values.All(sum => double.IsFinite(sum.item<double>()));
        return collective.Sum([finite ? 0 : 1], "losses")[0] == 0;
    }

    /// <summary>Means since the last reading, and starts anew.</summary>
    public TrainingProgress Read(TrainingState state, long steps, double learningRate, TimeSpan waited)
    {
        using DisposeScope scope = NewDisposeScope();
        double[] together = collective.Mean([waited.TotalSeconds, .. _sums.Values.Select(sum => sum.item<double>())], "losses");
        Dictionary<string, double> means = _sums.Keys.Zip(together.Skip(1)).ToDictionary(sum => sum.First, sum => sum.Second / _counts[sum.First]);
        foreach (Tensor sum in _sums.Values)
            sum.Dispose();
        _sums.Clear();
        _counts.Clear();
        means.Remove(Norm, out double norm);
        double seconds = Math.Max(1e-9, Stopwatch.GetElapsedTime(_started).TotalSeconds);
        double left = state.Step > _timedStep ? (steps - state.Step) * seconds / (state.Step - _timedStep) : double.NaN;
        var progress = new TrainingProgress(state.Step, steps, state.Seconds, left, _pictures / seconds,
            Math.Min(1, together[0] / seconds), learningRate, norm, means);
        Restart(state.Step);
        return progress;
    }

    // In float64, where sums of float32 values keep all their bits: what is logged is the same however they were shared.
    private void Add(string name, Tensor value)
    {
        using IDisposable quiet = no_grad();
        Tensor exact = value.detach().to(ScalarType.Float64);
        if (_sums.TryGetValue(name, out Tensor? sum))
            sum.add_(exact);
        else
            _sums[name] = exact.clone().DetachFromDisposeScope();
        _counts[name] = _counts.GetValueOrDefault(name) + 1;
    }
}
