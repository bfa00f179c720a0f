using System.Collections.Concurrent;
using System.Diagnostics;
using Vtok.Imaging;

namespace Vtok.Data;

/// <summary>Reads a data set as batches of equal squares, decoded ahead by worker threads.</summary>
/// <remarks>The batches are a pure function of (data set, options, position): neither the number of workers nor their speed changes a byte.
/// With W ranks of batch B, the W batches of a step are together the batch of one rank with B * W.</remarks>
public sealed class ImageLoader
{
    private static readonly TimeSpan ProgressPause = TimeSpan.FromSeconds(5);

    private readonly ISampleSource _source;
    private readonly ImageLoaderOptions _options;
    private readonly SampleReader _reader;
    private readonly Dictionary<int, SkippedSample> _skipped = [];

    /// <summary>Prepares to read; nothing is read yet.</summary>
    /// <param name="source">The data set; the caller disposes it, after the last batch.</param>
    /// <param name="codec">Decodes the picture files; used by several threads at once.</param>
    /// <param name="options">How to read.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ImageLoader(ISampleSource source, IImageCodec codec, ImageLoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(codec);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_source, _options) = (source, options);
        _reader = new SampleReader(source, codec, options);
    }

    /// <summary>Samples met so far that could not be used, each once, in the order of their index.</summary>
    /// <remarks>May be asked for by another thread than the one that reads.</remarks>
    public IReadOnlyList<SkippedSample> Skipped
    {
        get
        {
            lock (_skipped)
                return [.. _skipped.OrderBy(pair => pair.Key).Select(pair => pair.Value)];
        }
    }

    /// <summary>Samples met so far, those decoded ahead included, that are smaller than the squares and were enlarged.</summary>
    public int Enlarged => _reader.Enlarged;

    /// <summary>Time that the reader of the batches spent waiting for them.</summary>
    public TimeSpan WaitTime { get; private set; }

    /// <summary>Batches from a position on; one enumeration at a time.</summary>
    /// <param name="start">Where to begin: <see cref="ImageBatch.Next"/> of the last batch that was used.</param>
    /// <param name="cancellation">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="DatasetException">The position is of another data set, or nothing can be decoded.</exception>
    public IEnumerable<ImageBatch> Read(LoaderPosition start = default, CancellationToken cancellation = default)
    {
        if (start.Epoch < 0 || start.Place < 0 || start.Place >= _source.Count)
        {
            throw new DatasetException(DatasetError.PositionOutside,
                $"{_source.Name}: position {start.Epoch}:{start.Place} is not in a data set of {_source.Count} samples (was it saved for another one?)");
        }
        return ReadFrom(start, cancellation);
    }

    /// <summary>Decodes pictures into the cache before they are read, in the order of their places, until it is full. What is read afterwards is the same.</summary>
    /// <param name="start">Where the reading will begin.</param>
    /// <param name="places">How many places of all ranks will be read from there on; from a whole epoch on every picture is decoded.</param>
    /// <param name="progress">Told now and then what is kept, on this thread; or null.</param>
    /// <param name="cancellation">Ends it early, with what is kept by then.</param>
    public KeptSamples DecodeAhead(LoaderPosition start, long places, Action<KeptSamples>? progress = null, CancellationToken cancellation = default)
    {
        int count = _source.Count;
        bool all = places >= count;
        long next = -1;
        Task[] workers = [.. Enumerable.Range(0, _options.Workers).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task finished = Task.WhenAll(workers);
        while (!((IAsyncResult)finished).AsyncWaitHandle.WaitOne(ProgressPause))
            progress?.Invoke(_reader.Kept);
        finished.GetAwaiter().GetResult(); // throws what a worker met
        return _reader.Kept;

        void Work()
        {
            for (long i; (i = Interlocked.Increment(ref next)) < Math.Min(places, count) && !cancellation.IsCancellationRequested;)
            {
                long place = start.Place + i;
                if (!all && i % _options.World != _options.Rank)
                    continue; // another rank's
                if (!_reader.Keep(new LoaderPosition(all ? start.Epoch : start.Epoch + place / count, (int)(place % count))))
                    return;
            }
        }
    }

    private IEnumerable<ImageBatch> ReadFrom(LoaderPosition start, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using BlockingCollection<(PendingBatch Batch, int Slot)> work = [];
        Thread[] workers = StartWorkers(work, stop.Token);
        Queue<PendingBatch> ahead = [];
        long leftOut = 0;
        try
        {
            using IEnumerator<PendingBatch> plan = Plan(start).GetEnumerator();
            while (true)
            {
                while (ahead.Count < _options.Prefetch && plan.MoveNext())
                {
                    ahead.Enqueue(plan.Current);
                    for (int slot = 0; slot < plan.Current.Places.Count; slot++)
                        work.Add((plan.Current, slot), CancellationToken.None);
                }
                if (!ahead.TryDequeue(out PendingBatch? pending))
                    yield break;
                ImageBatch batch = Finish(pending, cancellation);
                leftOut = batch.Count > 0 ? 0 : leftOut + pending.Places.Count;
                if (batch.Count > 0)
                    yield return batch;
                else if (leftOut * _options.World >= _source.Count)
                    throw new DatasetException(DatasetError.NothingDecodes, $"{_source.Name}: no picture decodes; the first: {Skipped[0].Location}: {Skipped[0].Reason}");
            }
        }
        finally
        {
            stop.Cancel();
            foreach (Thread worker in workers)
                worker.Join();
        }
    }

    private Thread[] StartWorkers(BlockingCollection<(PendingBatch Batch, int Slot)> work, CancellationToken stop)
    {
        Thread[] workers = new Thread[_options.Workers];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(() => Decode(work, stop)) { IsBackground = true, Name = $"decode {i}" };
            workers[i].Start();
        }
        return workers;
    }

    private void Decode(BlockingCollection<(PendingBatch Batch, int Slot)> work, CancellationToken stop)
    {
        try
        {
            foreach ((PendingBatch batch, int slot) in work.GetConsumingEnumerable(stop))
                batch.Fill(slot, _reader);
        }
        catch (OperationCanceledException)
        {
            // the reader has left
        }
    }

    /// <summary>The places of this rank, batch by batch.</summary>
    private IEnumerable<PendingBatch> Plan(LoaderPosition start)
    {
        long count = _source.Count;
        long end = _options.Epochs is { } epochs ? checked(epochs * count) : long.MaxValue;
        long step = (long)_options.BatchSize * _options.World;
        for (long first = checked(start.Epoch * count + start.Place); first < end; first = checked(first + step))
        {
            LoaderPosition[] places = [.. Enumerable.Range(0, _options.BatchSize)
                .Select(slot => first + (long)slot * _options.World + _options.Rank)
                .Where(place => place < end)
                .Select(PositionOf)];
            if (places.Length > 0)
                yield return new PendingBatch(_options.Transform.Side, places, PositionOf(Math.Min(end, first + step)));
        }

        LoaderPosition PositionOf(long place) => new(place / count, (int)(place % count));
    }

    private ImageBatch Finish(PendingBatch pending, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        pending.Wait(cancellation);
        WaitTime += Stopwatch.GetElapsedTime(begin);
        // Reported with the batch that met them, so that the list does not depend on how far ahead the workers are.
        lock (_skipped)
        {
            foreach ((int index, SkippedSample skipped) in pending.Skipped)
                _skipped[index] = skipped;
        }
        return pending.ToBatch();
    }
}
