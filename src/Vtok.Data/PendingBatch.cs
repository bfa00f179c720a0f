using System.Runtime.ExceptionServices;

namespace Vtok.Data;

/// <summary>A batch that workers are filling; each place of the order is one task.</summary>
internal sealed class PendingBatch
{
    private readonly int _side;
    private readonly byte[] _pixels;
    private readonly Sample?[] _samples;
    private readonly IReadOnlyList<(int Index, SkippedSample Skipped)>[] _skipped;
    private readonly CountdownEvent _open; // never disposed: a worker may still signal when the reader has left, and it holds no handle
    private ExceptionDispatchInfo? _fault;

    public PendingBatch(int side, IReadOnlyList<LoaderPosition> places, LoaderPosition next)
    {
        (_side, Places, Next) = (side, places, next);
        _pixels = GC.AllocateUninitializedArray<byte>(checked(places.Count * side * side * 3));
        _samples = new Sample?[places.Count];
        _skipped = new IReadOnlyList<(int, SkippedSample)>[places.Count];
        _open = new CountdownEvent(places.Count);
    }

    /// <summary>Places to read, one a slot.</summary>
    public IReadOnlyList<LoaderPosition> Places { get; }

    /// <summary>Position after this batch.</summary>
    public LoaderPosition Next { get; }

    /// <summary>Samples that were found corrupt, in the order of the slots; complete after <see cref="Wait"/>.</summary>
    public IEnumerable<(int Index, SkippedSample Skipped)> Skipped => _skipped.SelectMany(list => list);

    /// <summary>Fills a slot; run by a worker.</summary>
    public void Fill(int slot, SampleReader reader)
    {
        try
        {
            int size = _side * _side * 3;
            (_samples[slot], _skipped[slot]) = reader.Read(Places[slot], _pixels.AsSpan(slot * size, size));
        }
#pragma warning disable CA1031 // the reader of the batch meets whatever went wrong, on its own thread
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(e), null);
        }
#pragma warning restore CA1031
        finally
        {
            _open.Signal();
        }
    }

    /// <summary>Waits for the workers and throws what one of them met.</summary>
    public void Wait(CancellationToken cancellation)
    {
        _open.Wait(cancellation);
        _fault?.Throw();
    }

    /// <summary>The batch without the slots that stayed empty.</summary>
    public ImageBatch ToBatch()
    {
        int[] used = [.. Enumerable.Range(0, _samples.Length).Where(slot => _samples[slot] is not null)];
        byte[] pixels = _pixels;
        if (used.Length < _samples.Length)
        {
            int size = _side * _side * 3;
            pixels = new byte[used.Length * size];
            for (int i = 0; i < used.Length; i++)
                _pixels.AsSpan(used[i] * size, size).CopyTo(pixels.AsSpan(i * size));
        }
        Sample[] samples = [.. used.Select(slot => _samples[slot]!)];
        return new ImageBatch(_side, pixels, [.. samples.Select(s => s.Key)], [.. samples.Select(s => s.ClassId)], [.. samples.Select(s => s.Caption)],
            [.. samples.Select(s => s.Features)], Next);
    }
}
