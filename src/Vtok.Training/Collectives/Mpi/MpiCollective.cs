using System.Runtime.InteropServices;
using Vtok.Torch;

namespace Vtok.Training.Collectives.Mpi;

/// <summary>A run over Open MPI, started by mpirun. Tensors of a GPU go by way of the CPU.</summary>
/// <remarks>Before each operation every process reports to process 0 by a small message, so that a late one can be named; then MPI does the work.
/// A sum is made at process 0 and sent from there, so that all have the same bits. When a process dies, mpirun names it and ends the others; a frozen one
/// is found by <see cref="MpiHeart"/>.</remarks>
internal sealed unsafe class MpiCollective : ICollective
{
    private const int Arrival = 1, Departure = 2; // tags
    private const int Chunk = 1 << 28;            // elements or bytes in one call, whose counts are 32 bits
    private const int SleepAfter = 20;            // looks, before a wait for the others sleeps a millisecond between them
    private const int Failed = 7;                 // exit status of the processes that MPI_Abort ends

    private readonly CollectiveOptions _options;
    private readonly MpiLibrary _mpi;
    private readonly MpiHeart _heart;
    private readonly Report* _reports; // at process 0 one of each rank; native, since MPI writes to it while the managed heap moves
    private readonly nint[] _requests;
    private long _sequence;
    private bool _aborted;

    /// <summary>Starts MPI.</summary>
    /// <param name="options">How long to wait.</param>
    /// <exception cref="CollectiveException">There is no Open MPI here.</exception>
    public MpiCollective(CollectiveOptions options)
    {
        options.Validate();
        (_options, _mpi) = (options, new MpiLibrary());
        (Rank, World) = (_mpi.Rank, _mpi.World);
        _reports = (Report*)NativeMemory.AllocZeroed((nuint)World, (nuint)sizeof(Report));
        _requests = new nint[World];
        _heart = new MpiHeart(_mpi, options);
    }

    private enum Operation : long
    {
        Sum = 1,
        Broadcast,
        Gather,
        Barrier,
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int World { get; }

    /// <inheritdoc/>
    public string Name => "MPI";

    /// <inheritdoc/>
    public void Sum(Tensor values, string what) => CpuTensor.Use(values, here =>
    {
        long count = here.numel(), size = here.element_size();
        Meet(Operation.Sum, count * size, what);
        byte* data = (byte*)ForeignTensor.DataPointer(here);
        for (long at = 0; at < count; at += Chunk)
            Finish(_mpi.Reduce(Rank == 0, data + at * size, (int)Math.Min(Chunk, count - at), here.dtype), what);
        Spread(data, count * size, what);
    });

    /// <inheritdoc/>
    public void Broadcast(Tensor values, string what) => CpuTensor.Use(values, here =>
    {
        long bytes = here.numel() * here.element_size();
        Meet(Operation.Broadcast, bytes, what);
        Spread((byte*)ForeignTensor.DataPointer(here), bytes, what);
    });

    /// <inheritdoc/>
    public Tensor Gather(Tensor rows, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mine = rows.detach().cpu().contiguous();
        long bytes = mine.numel() * mine.element_size();
        if (bytes > int.MaxValue)
            throw new ArgumentException($"{bytes} bytes to gather, expected at most {int.MaxValue}", nameof(rows));
        Meet(Operation.Gather, bytes, what);
        Tensor all = empty([World * mine.size(0), .. mine.shape[1..]], mine.dtype);
        Finish(_mpi.AllGather(ForeignTensor.DataPointer(mine), ForeignTensor.DataPointer(all), (int)bytes), what);
        return all.to(rows.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Barrier(string what) => Meet(Operation.Barrier, 0, what);

    /// <inheritdoc/>
    /// <remarks>Says why and ends all processes, this one included.</remarks>
    public void Abort(string why)
    {
        _aborted = true;
        _options.Say?.Invoke(why);
        _mpi.Abort(Failed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heart.Dispose();
        if (!_aborted)
            _mpi.Stop();
        NativeMemory.Free(_reports);
    }

    private void Spread(byte* data, long bytes, string what)
    {
        for (long at = 0; at < bytes; at += Chunk)
            Finish(_mpi.Broadcast(data + at, (int)Math.Min(Chunk, bytes - at)), what);
    }

    // All have come, so that it goes on as fast as it can: it gives way to others and does not sleep.
    private void Finish(nint request, string what) =>
        Wait(() => !_mpi.IsDone(ref request), () => "the others, in the middle of an exchange", what, _options.Notice, sleepAfter: -1);

    /// <summary>Returns when every process has come to the same operation.</summary>
    private void Meet(Operation operation, long bytes, string what)
    {
        var mine = new Report { Sequence = ++_sequence, Operation = operation, Bytes = bytes };
        if (Rank == 0)
        {
            for (int rank = 1; rank < World; rank++)
                _requests[rank] = _mpi.Receive(_reports + rank, sizeof(Report), rank, Arrival);
            Wait(() => Pending().Any(), () => Ranks.Name(Pending()), what, default, SleepAfter);
            for (int rank = 1; rank < World; rank++)
                Check(_reports[rank], mine, rank, what);
            for (int rank = 1; rank < World; rank++)
                _requests[rank] = _mpi.Send(_reports + rank, sizeof(Report), rank, Departure);
            Wait(() => Pending().Any(), () => Ranks.Name(Pending()), what, default, SleepAfter);
        }
        else
        {
            // Process 0, which knows whom it waits for, speaks first.
            _reports[0] = mine;
            _requests[0] = _mpi.Send(_reports, sizeof(Report), 0, Arrival);
            _requests[Rank] = _mpi.Receive(_reports + Rank, sizeof(Report), 0, Departure);
            Wait(() => Pending().Any(), () => "rank 0, or those for whom it waits", what, _options.Notice, SleepAfter);
        }
    }

    private void Wait(Func<bool> waits, Func<string> whom, string what, TimeSpan grace, int sleepAfter)
    {
        var clock = new WaitClock(_options);
        var spin = new SpinWait();
        while (waits())
        {
            spin.SpinOnce(sleepAfter);
            if (spin.Count % 64 != 0)
                continue;
            _heart.Check();
            clock.Check(waited => $"rank {Rank} has waited {waited} s for {whom()} ({what})", CollectiveError.TooLate, grace);
        }
    }

    // Ranks whose message is still under way; elsewhere than at process 0 only these two places are used.
    private IEnumerable<int> Pending()
    {
        for (int rank = 0; rank < World; rank++)
            if (_requests[rank] != 0 && !Finish(rank))
                yield return rank;
    }

    private bool Finish(int rank)
    {
        if (!_mpi.IsDone(ref _requests[rank]))
            return false;
        _requests[rank] = 0;
        return true;
    }

    private void Check(Report found, Report expected, int rank, string what)
    {
        if (found != expected)
            throw new CollectiveException(CollectiveError.OutOfStep,
                $"rank {rank} is out of step with rank {Rank} ({what}): its operation {found.Sequence} is a {found.Operation} of {found.Bytes} bytes, "
                + $"expected operation {expected.Sequence}, a {expected.Operation} of {expected.Bytes} bytes; all processes must run the same program, recipe and data");
    }

    private record struct Report
    {
        public long Sequence;
        public Operation Operation;
        public long Bytes;
    }
}
