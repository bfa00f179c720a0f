using System.Runtime.InteropServices;

namespace Vtok.Training.Collectives.Mpi;

/// <summary>The few functions and handles of Open MPI's libmpi that a run needs; loaded when asked for.</summary>
/// <remarks>Its handles are addresses of exported objects; other MPI libraries have numbers instead and are refused. Every call returns at once, and one
/// thread at a time is inside the library.</remarks>
internal sealed unsafe class MpiLibrary
{
    /// <summary>In place of a send buffer: the values lie in the receive buffer.</summary>
    public const nint InPlace = 1;

    private const int ThreadSerialized = 2;
    private const int GlobalAndLazy = 0x101; // RTLD_GLOBAL | RTLD_LAZY: Open MPI's plugins look for its symbols among the global ones
    private static readonly string[] Names = ["libmpi.so.40", "libmpi.so", "libmpi.so.12"];

    private readonly delegate* unmanaged<int*, nint, int, int*, int> _init;
    private readonly delegate* unmanaged<int> _finalize;
    private readonly delegate* unmanaged<nint, int, int> _abort;
    private readonly delegate* unmanaged<nint, int*, int> _rank, _size;
    private readonly delegate* unmanaged<void*, void*, int, nint, nint, int, nint, nint*, int> _reduce;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, nint*, int> _broadcast;
    private readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int> _allGather;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _send, _receive;
    private readonly delegate* unmanaged<nint*, int*, nint, int> _test;
    private readonly delegate* unmanaged<nint*, int> _cancel, _free;
    private readonly Lock _inside = new();
    private readonly nint _world, _sum, _byte, _float32, _float64, _int64;

    /// <summary>Loads the library and starts it.</summary>
    /// <exception cref="CollectiveException">It is not here, or another MPI.</exception>
    public MpiLibrary()
    {
        nint library = Names.Select(name => dlopen(name, GlobalAndLazy)).FirstOrDefault(handle => handle != 0);
        if (library == 0)
            throw new CollectiveException(CollectiveError.Library, $"MPI: none of {string.Join(", ", Names)} can be loaded (Debian: apt-get install libopenmpi3)");
        if (!NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out _world))
            throw new CollectiveException(CollectiveError.Library, "MPI: the libmpi here is not Open MPI's; use --transport tcp");
        nint Export(string name) => NativeLibrary.GetExport(library, name);
        (_sum, _byte, _float32, _float64, _int64) = (Export("ompi_mpi_op_sum"), Export("ompi_mpi_byte"), Export("ompi_mpi_float"), Export("ompi_mpi_double"), Export("ompi_mpi_int64_t"));
        _init = (delegate* unmanaged<int*, nint, int, int*, int>)Export("MPI_Init_thread");
        _finalize = (delegate* unmanaged<int>)Export("MPI_Finalize");
        _abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        _rank = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank");
        _size = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size");
        _reduce = (delegate* unmanaged<void*, void*, int, nint, nint, int, nint, nint*, int>)Export("MPI_Ireduce");
        _broadcast = (delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)Export("MPI_Ibcast");
        _allGather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>)Export("MPI_Iallgather");
        _send = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        _receive = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Irecv");
        _test = (delegate* unmanaged<nint*, int*, nint, int>)Export("MPI_Test");
        _cancel = (delegate* unmanaged<nint*, int>)Export("MPI_Cancel");
        _free = (delegate* unmanaged<nint*, int>)Export("MPI_Request_free");
        int provided;
        _init(null, 0, ThreadSerialized, &provided);
        if (provided < ThreadSerialized)
            throw new CollectiveException(CollectiveError.Library, "MPI: this Open MPI was built for one thread alone; use --transport tcp");
    }

    public int Rank => Ask(_rank);

    public int World => Ask(_size);

    public void Stop() => _finalize();

    /// <summary>Ends all processes, this one included.</summary>
    public void Abort(int status)
    {
        lock (_inside)
            _abort(_world, status);
    }

    /// <summary>Begins to add up at process 0; the memory is filled at <see cref="IsDone"/>.</summary>
    public nint Reduce(bool root, void* values, int count, ScalarType type)
    {
        nint request;
        lock (_inside)
            _reduce(root ? (void*)InPlace : values, root ? values : null, count, TypeOf(type), _sum, 0, _world, &request);
        return request;
    }

    /// <summary>Begins to hand out bytes of process 0; the memory is filled at <see cref="IsDone"/>.</summary>
    public nint Broadcast(void* values, int bytes)
    {
        nint request;
        lock (_inside)
            _broadcast(values, bytes, _byte, 0, _world, &request);
        return request;
    }

    /// <summary>Begins to hand out bytes of all in the order of the ranks; the memory is filled at <see cref="IsDone"/>.</summary>
    public nint AllGather(void* mine, void* all, int bytes)
    {
        nint request;
        lock (_inside)
            _allGather(mine, bytes, _byte, all, bytes, _byte, _world, &request);
        return request;
    }

    /// <summary>Begins to send; the memory stays as it is until <see cref="IsDone"/>.</summary>
    public nint Send(void* values, int bytes, int rank, int tag)
    {
        nint request;
        lock (_inside)
            _send(values, bytes, _byte, rank, tag, _world, &request);
        return request;
    }

    /// <summary>Begins to receive; the memory is filled at <see cref="IsDone"/>.</summary>
    public nint Receive(void* values, int bytes, int rank, int tag)
    {
        nint request;
        lock (_inside)
            _receive(values, bytes, _byte, rank, tag, _world, &request);
        return request;
    }

    /// <summary>Whether a request is done; one that is may be asked again.</summary>
    public bool IsDone(ref nint request)
    {
        int done;
        fixed (nint* address = &request)
            lock (_inside)
                _test(address, &done, 0);
        return done != 0;
    }

    /// <summary>Gives up what was begun.</summary>
    public void Cancel(ref nint request)
    {
        fixed (nint* address = &request)
            lock (_inside)
            {
                _cancel(address);
                _free(address);
            }
    }

    private int Ask(delegate* unmanaged<nint, int*, int> function)
    {
        int value;
        function(_world, &value);
        return value;
    }

    private nint TypeOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => _float32,
        ScalarType.Float64 => _float64,
        ScalarType.Int64 => _int64,
        _ => throw new ArgumentException($"a sum of {type}, expected Float32, Float64 or Int64", nameof(type)),
    };

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint dlopen(string name, int flags);
}
