using System.Runtime.InteropServices;

namespace Vtok.Training.Collectives.Mpi;

/// <summary>Signs of life between process 0 and the others, by a thread of their own: a process of which nothing is heard for too long is gone.</summary>
/// <remarks>MPI itself notices a process that has died, and never one that is frozen or behind a cut cable. Silence is counted in the beats of this process,
/// so that a run which was suspended as a whole goes on when it is woken.</remarks>
internal sealed unsafe class MpiHeart : IDisposable
{
    private const int Tag = 3;
    private const int Beats = 8; // in the time of silence
    private const byte Here = 1, Leaving = 2;

    private readonly MpiLibrary _mpi;
    private readonly CollectiveOptions _options;
    private readonly Peer[] _peers; // at process 0 all others, elsewhere process 0
    private readonly byte* _signs;  // of each peer the one to send and the one that came; native, since MPI writes to it while the managed heap moves
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private CollectiveException? _failure;

    /// <summary>Begins to beat.</summary>
    /// <param name="mpi">The library, started.</param>
    /// <param name="options">Its silence, and whom to tell.</param>
    public MpiHeart(MpiLibrary mpi, CollectiveOptions options)
    {
        (_mpi, _options) = (mpi, options);
        _peers = [.. (mpi.Rank == 0 ? Enumerable.Range(1, mpi.World - 1) : [0]).Select(rank => new Peer { Rank = rank })];
        _signs = (byte*)NativeMemory.AllocZeroed(2 * (nuint)_peers.Length);
        _thread = new Thread(Run) { IsBackground = true, Name = "signs of life" };
        _thread.Start();
    }

    /// <summary>Throws in the training thread what this one has found.</summary>
    /// <exception cref="CollectiveException">A process is gone; it is named.</exception>
    public void Check()
    {
        if (Volatile.Read(ref _failure) is { } failure)
            throw failure;
    }

    /// <summary>Tells the others that this process leaves in order.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        for (int i = 0; i < _peers.Length; i++)
        {
            if (IsDone(ref _peers[i].Sent))
                Send(i, Leaving);
            if (_peers[i].Awaited != 0)
                _mpi.Cancel(ref _peers[i].Awaited);
        }
        _stop.Dispose();
        // What was sent last may still lie in _signs: two bytes a process stay until the end.
    }

    private void Run()
    {
        do
        {
            for (int i = 0; i < _peers.Length; i++)
                Beat(i);
        }
        while (_failure is null && !_stop.Wait(_options.Silence / Beats));
    }

    private void Beat(int i)
    {
        Peer peer = _peers[i];
        if (IsDone(ref peer.Sent))
            Send(i, Here);
        if (peer.HasLeft)
            return;
        peer.Silent++;
        while (IsDone(ref peer.Awaited))
        {
            if (_signs[2 * i + 1] != 0)
                peer.Silent = 0;
            peer.HasLeft = _signs[2 * i + 1] == Leaving;
            if (peer.HasLeft)
                return;
            peer.Awaited = _mpi.Receive(_signs + 2 * i + 1, 1, peer.Rank, Tag);
        }
        if (peer.Silent <= Beats || _failure is not null)
            return;
        var failure = new CollectiveException(CollectiveError.Lost, $"rank {peer.Rank} is gone: nothing was heard of it for too long");
        Volatile.Write(ref _failure, failure);
        _options.Failed?.Invoke(failure);
    }

    private void Send(int i, byte sign)
    {
        _signs[2 * i] = sign;
        _peers[i].Sent = _mpi.Send(_signs + 2 * i, 1, _peers[i].Rank, Tag);
    }

    // A place without a request is done.
    private bool IsDone(ref nint request)
    {
        if (request != 0 && !_mpi.IsDone(ref request))
            return false;
        request = 0;
        return true;
    }

    private sealed class Peer
    {
        public required int Rank;
        public nint Sent, Awaited; // requests under way
        public int Silent;         // beats since the last sign
        public bool HasLeft;
    }
}
