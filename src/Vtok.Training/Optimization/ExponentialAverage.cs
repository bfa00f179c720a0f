namespace Vtok.Training.Optimization;

/// <summary>Exponential average of a module's parameters: a + (1 - decay) (w - a) after every step.</summary>
/// <remarks>The decay rises as <see cref="AverageDecay"/> says, so that the start is forgotten soon. Frozen parameters are copied.</remarks>
public sealed class ExponentialAverage : IDisposable
{
    private readonly (string Name, TorchSharp.Modules.Parameter Parameter, Tensor Average)[] _entries;
    private readonly AverageDecay _decay;

    /// <summary>Starts at the present weights, with the usual ramp.</summary>
    /// <param name="module">The module to follow.</param>
    /// <param name="decay">0..1; 0 follows the weights exactly.</param>
    public ExponentialAverage(nn.Module module, double decay) : this(module, new AverageDecay { Most = decay })
    {
    }

    /// <summary>Starts at the present weights.</summary>
    /// <param name="module">The module to follow.</param>
    /// <param name="decay">The decay of each update.</param>
    public ExponentialAverage(nn.Module module, AverageDecay decay)
    {
        _decay = decay;
        using (no_grad())
        using (NewDisposeScope()) // holds the detached tensors: nothing else would while they are copied, and a garbage collection would free them
            _entries = [.. module.named_parameters().Select(p => (p.name, p.parameter, p.parameter.detach().clone().DetachFromDisposeScope()))];
    }

    /// <summary>The averages by the parameters' names; they stay property of this object.</summary>
    public IEnumerable<(string Name, Tensor Average)> Entries => _entries.Select(entry => (entry.Name, entry.Average));

    /// <summary>Takes the weights after a step in.</summary>
    /// <param name="step">Steps done before this one.</param>
    public void Update(long step)
    {
        if (step % _decay.Every != 0)
            return;
        double decay = _decay.At(step);
        using (no_grad())
        using (NewDisposeScope())
            foreach ((_, TorchSharp.Modules.Parameter parameter, Tensor average) in _entries)
                average.lerp_(parameter, parameter.requires_grad ? 1 - decay : 1);
    }

    /// <summary>Begins again at the present weights.</summary>
    public void Restart()
    {
        using (no_grad())
        using (NewDisposeScope())
            foreach ((_, TorchSharp.Modules.Parameter parameter, Tensor average) in _entries)
                average.copy_(parameter);
    }

    /// <summary>Puts the averages into the module until the result is disposed.</summary>
    public IDisposable Apply() => new Applied(_entries);

    /// <summary>Frees the averages.</summary>
    public void Dispose()
    {
        foreach ((_, _, Tensor average) in _entries)
            average.Dispose();
    }

    private sealed class Applied : IDisposable
    {
        private readonly (string Name, TorchSharp.Modules.Parameter Parameter, Tensor Average)[] _entries;
        private readonly Tensor[] _weights;

        public Applied((string Name, TorchSharp.Modules.Parameter Parameter, Tensor Average)[] entries)
        {
            _entries = entries;
            using (no_grad())
            using (NewDisposeScope())
            {
                _weights = [.. entries.Select(entry => entry.Parameter.detach().clone().DetachFromDisposeScope())];
                foreach ((_, TorchSharp.Modules.Parameter parameter, Tensor average) in entries)
                    parameter.copy_(average);
            }
        }

        public void Dispose()
        {
            using (no_grad())
            using (NewDisposeScope())
                for (int i = 0; i < _entries.Length; i++)
                {
                    _entries[i].Parameter.copy_(_weights[i]);
                    _weights[i].Dispose();
                }
        }
    }
}
