namespace Vtok.Training.Tasks;

/// <summary>Some samples of a step's batch: those at the places First, First + Stride, ...</summary>
/// <param name="First">Place of the first one.</param>
/// <param name="Stride">From one place to the next.</param>
/// <param name="Count">How many.</param>
/// <param name="Whole">Samples of the whole batch.</param>
public readonly record struct BatchShare(int First, int Stride, int Count, int Whole)
{
    /// <summary>The whole batch.</summary>
    public static BatchShare All(int samples) => new(0, 1, samples, samples);

    /// <summary>The share of one process: place p belongs to rank p mod world, as with <see cref="Vtok.Data.ImageLoaderOptions"/>.</summary>
    public static BatchShare OfProcess(int samples, int rank, int world) => new(rank, world, samples / world, samples);

    /// <summary>Whether these are all.</summary>
    public bool IsAll => Count == Whole;

    /// <summary>An equal part of these samples: every parts-th one, so that two micro-batches hold what two processes would.</summary>
    /// <param name="index">0 to parts - 1.</param>
    /// <param name="parts">A divisor of <see cref="Count"/>.</param>
    public BatchShare Part(int index, int parts) => new(First + index * Stride, Stride * parts, Count / parts, Whole);

    /// <summary>The rows of these samples, from a tensor that was made or drawn for the whole batch: [Whole, ...] to [Count, ...], a view.</summary>
    public Tensor Rows(Tensor whole) => whole.slice(0, First, First + (Count - 1) * Stride + 1, Stride);
}
