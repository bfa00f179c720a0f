using Vtok.Data;

namespace Vtok.Training.Tasks;

/// <summary>One family and stage to train by gradients: it builds the modules and turns a batch into named loss terms. The loop does the rest.</summary>
public abstract class TrainingTask : IDisposable
{
    /// <summary>The module whose parameters are trained, averaged and saved.</summary>
    public abstract nn.Module Model { get; }

    /// <summary>The samples of a step: a pure function of the step. Called on another thread than the training, one call at a time.</summary>
    public abstract TrainingBatch MakeBatch(long step);

    /// <summary>Called once before the first batch of a call of the loop; its time counts as time of the run.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="end">Steps of the run.</param>
    /// <param name="say">Told what takes time; null where nobody listens.</param>
    /// <param name="stop">Asks to return soon.</param>
    public virtual void Prepare(long step, long end, Action<string>? say, CancellationToken stop) { }

    /// <summary>Loss terms of a batch. Every random draw derives from the batch's step.</summary>
    public abstract IReadOnlyList<LossTerm> Losses(TrainingBatch batch);

    /// <summary>About how many bytes the forward pass of one picture keeps for its gradients; null where nobody has counted them.</summary>
    public virtual long? KeptBytes => null;

    /// <summary>Whether the weights of a parameter decay, where the recipe has a weight decay.</summary>
    public virtual bool Decays(string name, Tensor parameter) => true;

    /// <summary>A second network that is trained against this one after each of its steps, or null.</summary>
    public virtual Opponent? Opponent => null;

    /// <summary>Tensors beside the model's that a resumed run needs as they were, by name; changed in place.</summary>
    public virtual IEnumerable<KeyValuePair<string, Tensor>> State => [];

    /// <summary>Called after every optimizer step, for what is not trained by gradients (codebook statistics, revival of dead codes).</summary>
    public virtual void AfterStep(long step) { }

    /// <summary>What tells the training data from other data, by which processes make sure that they read the same; null where that cannot be told.</summary>
    public virtual string? DataDigest => null;

    /// <summary>Why a new run cannot begin with the weights that the task has drawn, or null; --init-from gives others.</summary>
    public virtual string? LacksStart => null;

    /// <summary>Pictures that could not be used so far, each once; asked for at log steps while batches are being made.</summary>
    public virtual IReadOnlyList<SkippedSample> Skipped => [];

    /// <summary>Measures the model as it stands on held-out data, or null when the task has none. The averaged weights are in the model,
    /// and may be rounded there to what a model folder keeps of them.</summary>
    public virtual ValidationReport? Validate() => null;

    /// <summary>Draws a sheet of reconstructions with the model as it stands. The averaged weights are in the model.</summary>
    public virtual void WriteSheet(string path) { }

    /// <summary>Writes the result as a model folder. The best weights are in the model.</summary>
    public virtual void Export(string folder) { }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the task holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            Model.Dispose();
    }
}
