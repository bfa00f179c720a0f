using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Vtok.Training.Tasks;

namespace Vtok.Training.Runs;

/// <summary>Makes the batches of coming steps on a thread of its own and counts the time that the training waits for them.</summary>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly BlockingCollection<TrainingBatch> _ready;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _maker;
    private ExceptionDispatchInfo? _failure;
    private TrainingBatch? _first;
    private TimeSpan _waited;

    public BatchPrefetcher(Func<long, TrainingBatch> make, long firstStep, long endStep, int depth = 2)
    {
        _ready = new BlockingCollection<TrainingBatch>(depth);
        _maker = new Thread(() => Make(make, firstStep, endStep)) { IsBackground = true, Name = "batches" };
        _maker.Start();
    }

    /// <summary>Waits until the first batch is there, which is no part of the time that the training waits.</summary>
    public void Begin()
    {
        _first = Next();
        TakeWaited();
    }

    /// <summary>The next batch, in order of the steps.</summary>
    public TrainingBatch Next()
    {
        if (Interlocked.Exchange(ref _first, null) is { } first)
            return first;
        long start = Stopwatch.GetTimestamp();
        try
        {
            return _ready.Take();
        }
        catch (InvalidOperationException) when (_failure is not null)
        {
            _failure.Throw();
            throw;
        }
        finally
        {
            _waited += Stopwatch.GetElapsedTime(start);
        }
    }

    /// <summary>Time spent waiting since the last call.</summary>
    public TimeSpan TakeWaited()
    {
        TimeSpan waited = _waited;
        _waited = TimeSpan.Zero;
        return waited;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _maker.Join();
        _first?.Dispose();
        while (_ready.TryTake(out TrainingBatch? batch))
            batch.Dispose();
        _ready.Dispose();
        _stop.Dispose();
    }

    private void Make(Func<long, TrainingBatch> make, long firstStep, long endStep)
    {
        try
        {
            for (long step = firstStep; step < endStep && !_stop.IsCancellationRequested; step++)
            {
                TrainingBatch batch = make(step);
                try
                {
                    _ready.Add(batch, _stop.Token);
                }
                catch (OperationCanceledException)
                {
                    batch.Dispose();
                }
            }
        }
#pragma warning disable CA1031 // The failure of this thread belongs to the training thread, whatever it is.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _ready.CompleteAdding();
        }
    }
}
