namespace Vtok.Training.Collectives;

/// <summary>A run of one process: nothing to do together.</summary>
public sealed class SingleProcess : ICollective
{
    /// <summary>The one that is needed.</summary>
    public static SingleProcess Instance { get; } = new();

    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int World => 1;

    /// <inheritdoc/>
    public string Name => "single process";

    /// <inheritdoc/>
    public void Sum(Tensor values, string what) { }

    /// <inheritdoc/>
    public void Broadcast(Tensor values, string what) { }

    /// <inheritdoc/>
    public Tensor Gather(Tensor rows, string what) => rows.alias();

    /// <inheritdoc/>
    public void Barrier(string what) { }

    /// <inheritdoc/>
    public void Abort(string why) { }

    /// <inheritdoc/>
    public void Dispose() { }
}
