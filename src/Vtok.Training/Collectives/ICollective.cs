namespace Vtok.Training.Collectives;

/// <summary>What the processes of one run do together. Every process calls the same operations in the same order, each from its training thread.</summary>
/// <remarks>Tensors are contiguous and of the same shape and type everywhere, on any device. After an operation every process holds the same bits.
/// <c>what</c> names the purpose in messages about waiting.</remarks>
public interface ICollective : IDisposable
{
    /// <summary>This process, 0 to <see cref="World"/> - 1. Process 0 keeps the run folder.</summary>
    int Rank { get; }

    /// <summary>All processes of the run.</summary>
    int World { get; }

    /// <summary>The transport, for people.</summary>
    string Name { get; }

    /// <summary>Replaces the values of every process by their sum: float32, float64 or int64.</summary>
    /// <exception cref="CollectiveException">A process is gone, too late, or out of step.</exception>
    void Sum(Tensor values, string what);

    /// <summary>Replaces the values of every process by those of process 0; any type.</summary>
    /// <exception cref="CollectiveException">A process is gone, too late, or out of step.</exception>
    void Broadcast(Tensor values, string what);

    /// <summary>The rows of all processes in the order of their ranks: [n, ...] to [World n, ...], in the caller's scope; any type.</summary>
    /// <exception cref="CollectiveException">A process is gone, too late, or out of step.</exception>
    Tensor Gather(Tensor rows, string what);

    /// <summary>Returns when every process has called it.</summary>
    /// <exception cref="CollectiveException">A process is gone, too late, or out of step.</exception>
    void Barrier(string what);

    /// <summary>Tells the other processes that this one ends before its time, and why; they stop. May be called from any thread.</summary>
    void Abort(string why);
}
