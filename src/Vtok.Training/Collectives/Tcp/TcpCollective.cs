using System.Diagnostics;
using Vtok.Torch;

namespace Vtok.Training.Collectives.Tcp;

/// <summary>A run over plain sockets: every process is connected to process 0, which adds up in the order of the ranks.</summary>
/// <remarks>Made for tests and for a few processes; all traffic goes through process 0. Tensors of a GPU go by way of the CPU.</remarks>
internal sealed unsafe class TcpCollective : ICollective
{
    private const int Chunk = 64 << 20;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15); // beyond patience: process 0, which knows whom it waits for, speaks first

    private readonly CollectiveOptions _options;
    private readonly TcpPeer[] _peers; // at process 0 all others in the order of their ranks, elsewhere process 0
    private readonly Timer _heart;
    private CollectiveException? _failure;
    private bool _failing, _disposed;
    private long _failedAt;
    private long _sequence;

    /// <summary>Meets the other processes.</summary>
    /// <param name="place">This process; the address of process 0 is needed.</param>
    /// <param name="options">How long to wait.</param>
    /// <exception cref="CollectiveException">They do not find each other, or were not started together.</exception>
    public TcpCollective(LaunchEnvironment place, CollectiveOptions options)
    {
        options.Validate();
        if (place.MasterAddress is null)
            throw new CollectiveException(CollectiveError.Environment, "several processes over TCP: MASTER_ADDR is missing (the host of rank 0)");
        (Rank, World, _options) = (place.Rank, place.World, options);
        _peers = new TcpPeer[Rank == 0 ? World - 1 : 1];
        TimeSpan beat = options.Silence / 8;
        _heart = new Timer(_ => Beat(), null, beat, beat);
        var rendezvous = new TcpRendezvous(place, options);
        try
        {
            if (Rank == 0)
                rendezvous.Accept((rank, socket) => Join(rank - 1, new TcpPeer(rank, socket, options.Silence, Fail)), GiveUp);
            else
                Join(0, new TcpPeer(0, rendezvous.Connect(), options.Silence, Fail));
        }
        catch (Exception e)
        {
            _failure ??= e as CollectiveException;
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int World { get; }

    /// <inheritdoc/>
    public string Name => "TCP";

    /// <inheritdoc/>
    public void Sum(Tensor values, string what) => CpuTensor.Use(values, here =>
    {
        using Tensor flat = here.view(-1);
        long step = Chunk / flat.element_size();
        for (long at = 0; at < flat.numel(); at += step)
            using (Tensor part = flat.narrow(0, at, Math.Min(step, flat.numel() - at)))
                SumPart(part, what);
    });

    /// <inheritdoc/>
    public void Broadcast(Tensor values, string what) => CpuTensor.Use(values, here =>
    {
        long bytes = here.numel() * here.element_size();
        byte* data = (byte*)ForeignTensor.DataPointer(here);
        for (long at = 0; at < bytes; at += Chunk)
        {
            var part = new Span<byte>(data + at, (int)Math.Min(Chunk, bytes - at));
            _sequence++;
            if (Rank == 0)
                SendAll(FrameKind.Broadcast, part);
            else
                Receive(_peers[0], FrameKind.Broadcast, part, what);
        }
    });

    /// <inheritdoc/>
    public Tensor Gather(Tensor rows, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mine = rows.detach().cpu().contiguous();
        Tensor all = empty([World * mine.size(0), .. mine.shape[1..]], mine.dtype);
        long size = mine.numel() * mine.element_size();
        if (size * World > TcpFrame.Longest)
            throw new ArgumentException($"{size * World} bytes to gather, expected at most {TcpFrame.Longest}", nameof(rows));
        var own = new Span<byte>(ForeignTensor.DataPointer(mine), (int)size);
        var whole = new Span<byte>(ForeignTensor.DataPointer(all), (int)size * World);
        _sequence++;
        if (Rank == 0)
        {
            own.CopyTo(whole);
            foreach (TcpPeer peer in _peers)
                Receive(peer, FrameKind.Gather, whole.Slice(peer.Rank * (int)size, (int)size), what);
            SendAll(FrameKind.Gather, whole);
        }
        else
        {
            _peers[0].Send(FrameKind.Gather, _sequence, own);
            Receive(_peers[0], FrameKind.Gather, whole, what);
        }
        return all.to(rows.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Barrier(string what)
    {
        _sequence++;
        if (Rank > 0)
            _peers[0].Send(FrameKind.Barrier, _sequence, []);
        foreach (TcpPeer peer in _peers)
            Receive(peer, FrameKind.Barrier, [], what);
        if (Rank == 0)
            SendAll(FrameKind.Barrier, []);
    }

    /// <inheritdoc/>
    public void Abort(string why)
    {
        foreach (TcpPeer? peer in _peers)
            peer?.Send(FrameKind.Abort, why);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        _heart.Dispose();
        if (Rank == 0 && _failure is { } failure)
            Abort(failure.Message); // for those who came after it happened
        foreach (TcpPeer? peer in _peers)
            peer?.Leave();
        foreach (TcpPeer? peer in _peers)
            peer?.Dispose();
    }

    private void Join(int index, TcpPeer peer)
    {
        _peers[index] = peer;
        peer.Start();
    }

    private void Beat()
    {
        foreach (TcpPeer? peer in _peers)
            peer?.Beat();
    }

    private void SumPart(Tensor part, string what)
    {
        var bytes = new Span<byte>(ForeignTensor.DataPointer(part), (int)(part.numel() * part.element_size()));
        _sequence++;
        if (Rank > 0)
        {
            _peers[0].Send(FrameKind.Sum, _sequence, bytes);
            Receive(_peers[0], FrameKind.Sum, bytes, what);
            return;
        }
        foreach (TcpPeer peer in _peers)
        {
            using TcpFrame frame = Next(peer, FrameKind.Sum, bytes.Length, what);
            using DisposeScope scope = NewDisposeScope();
            fixed (byte* data = frame.Buffer)
                part.add_(ForeignTensor.Wrap(data, part.dtype, part.shape));
        }
        SendAll(FrameKind.Sum, bytes);
    }

    private void SendAll(FrameKind kind, ReadOnlySpan<byte> bytes)
    {
        foreach (TcpPeer peer in _peers)
            peer.Send(kind, _sequence, bytes);
    }

    private void Receive(TcpPeer peer, FrameKind kind, Span<byte> into, string what)
    {
        using TcpFrame frame = Next(peer, kind, into.Length, what);
        frame.Payload.CopyTo(into);
    }

    private TcpFrame Next(TcpPeer peer, FrameKind kind, int length, string what)
    {
        var clock = new WaitClock(_options);
        while (true)
        {
            ThrowIfFailed();
            if (peer.TryTake(out TcpFrame? frame, Poll))
                return Checked(frame!, peer, kind, length, what);
            if (peer.HasLeft)
                throw Volatile.Read(ref _failure) ?? new CollectiveException(CollectiveError.Lost, $"rank {peer.Rank} has left before the end ({what})");
            // Process 0 takes the frames in the order of the ranks: those before this one have come.
            ILookup<bool, TcpPeer> come = _peers.ToLookup(other => other.Rank < peer.Rank || other.HasCome);
            string late = Rank == 0 ? Ranks.Name(come[false].Select(other => other.Rank)) : peer.WaitsFor ?? "rank 0";
            if (clock.Check(waited => $"rank {Rank} has waited {waited} s for {late} ({what})", CollectiveError.TooLate, Rank == 0 ? default : Grace) && Rank == 0)
                foreach (TcpPeer other in come[true])
                    other.Send(FrameKind.Waiting, late);
        }
    }

    private TcpFrame Checked(TcpFrame frame, TcpPeer peer, FrameKind kind, int length, string what)
    {
        if (frame.Kind == kind && frame.Sequence == _sequence && frame.Length == length)
            return frame;
        using (frame)
            throw new CollectiveException(CollectiveError.OutOfStep,
                $"rank {peer.Rank} is out of step with rank {Rank} ({what}): its operation {frame.Sequence} is a {frame.Kind} of {frame.Length} bytes, "
                + $"expected operation {_sequence}, a {kind} of {length} bytes; all processes must run the same program, recipe and data");
    }

    // Those who have not come yet are to learn of it too, so they are waited for a while.
    private void GiveUp()
    {
        if (Volatile.Read(ref _failure) is not null && Stopwatch.GetElapsedTime(_failedAt) > Grace)
            ThrowIfFailed();
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            throw failure;
    }

    // From the reading threads: the first failure counts, and process 0 tells the others.
    private void Fail(TcpPeer peer, CollectiveException failure)
    {
        if (Interlocked.Exchange(ref _failing, true))
            return;
        _failedAt = Stopwatch.GetTimestamp();
        if (Rank == 0)
            foreach (TcpPeer? other in _peers.Where(other => other != peer))
                other?.Send(FrameKind.Abort, failure.Message);
        Volatile.Write(ref _failure, failure); // last: the training thread leaves at once when it sees it
        _options.Failed?.Invoke(failure);
    }
}
