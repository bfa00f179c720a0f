using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Vtok.Training.Collectives.Nccl;

/// <summary>The few functions of NCCL that a run needs, and of the CUDA runtime the choice of the device; loaded when asked for.</summary>
internal sealed unsafe class NcclLibrary
{
    /// <summary>Bytes of a unique id.</summary>
    public const int IdBytes = 128;

    private const int SumOperation = 0; // ncclRedOp_t
    private const int RemoteError = 6;  // ncclResult_t
    private static readonly string[] Names = ["libnccl.so.2", "libnccl.so"];
    private static readonly string[] CudaNames = ["libcudart.so.13", "libcudart.so.12", "libcudart.so"];

    private readonly delegate* unmanaged<byte*, int> _getUniqueId;
    private readonly delegate* unmanaged<nint*, int, UniqueId, int, int> _init;
    private readonly delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int> _broadcast;
    private readonly delegate* unmanaged<void*, void*, nuint, int, nint, nint, int> _allGather;
    private readonly delegate* unmanaged<nint, int> _destroy, _abort;
    private readonly delegate* unmanaged<int, nint> _errorString, _cudaErrorString;
    private readonly delegate* unmanaged<nint, nint> _lastError;
    private readonly delegate* unmanaged<int, int> _setDevice;

    /// <summary>Loads both libraries.</summary>
    /// <exception cref="CollectiveException">One is not here.</exception>
    public NcclLibrary()
    {
        nint nccl = Load(Names, "NCCL"), cuda = Load([.. LoadedCuda(), .. CudaNames], "the CUDA runtime");
        _getUniqueId = (delegate* unmanaged<byte*, int>)Export(nccl, "ncclGetUniqueId");
        _init = (delegate* unmanaged<nint*, int, UniqueId, int, int>)Export(nccl, "ncclCommInitRank");
        _allReduce = (delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int>)Export(nccl, "ncclAllReduce");
        _broadcast = (delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int>)Export(nccl, "ncclBroadcast");
        _allGather = (delegate* unmanaged<void*, void*, nuint, int, nint, nint, int>)Export(nccl, "ncclAllGather");
        _destroy = (delegate* unmanaged<nint, int>)Export(nccl, "ncclCommDestroy");
        _abort = (delegate* unmanaged<nint, int>)Export(nccl, "ncclCommAbort");
        _errorString = (delegate* unmanaged<int, nint>)Export(nccl, "ncclGetErrorString");
        _lastError = (delegate* unmanaged<nint, nint>)Export(nccl, "ncclGetLastError");
        _setDevice = (delegate* unmanaged<int, int>)Export(cuda, "cudaSetDevice");
        _cudaErrorString = (delegate* unmanaged<int, nint>)Export(cuda, "cudaGetErrorString");
    }

    /// <summary>A new id, by which the processes of one run know each other.</summary>
    public void MakeId(Span<byte> id)
    {
        fixed (byte* data = id)
            Check(_getUniqueId(data), "unique id");
    }

    /// <summary>Joins; returns when all have.</summary>
    public nint Join(int world, ReadOnlySpan<byte> id, int rank, int device)
    {
        SetDevice(device);
        var copy = new UniqueId();
        id[..IdBytes].CopyTo(new Span<byte>(copy.Bytes, IdBytes));
        nint communicator;
        Check(_init(&communicator, world, copy, rank), "joining");
        return communicator;
    }

    /// <summary>Makes the device that of the calling thread.</summary>
    public void SetDevice(int device)
    {
        int status = _setDevice(device);
        if (status != 0)
            throw new CollectiveException(CollectiveError.Library, $"NCCL: CUDA device {device} cannot be used: {Marshal.PtrToStringUTF8(_cudaErrorString(status))}");
    }

    // Stream 0, the one that libtorch works on: the sum comes after what made its values and before what uses them.
    public void Sum(nint communicator, void* values, long count, ScalarType type)
        => Check(_allReduce(values, values, (nuint)count, TypeOf(type), SumOperation, communicator, 0), "a sum");

    public void Broadcast(nint communicator, void* values, long bytes) => Check(_broadcast(values, values, (nuint)bytes, TypeOf(ScalarType.Byte), 0, communicator, 0), "a broadcast");

    public void AllGather(nint communicator, void* mine, void* all, long bytes) => Check(_allGather(mine, all, (nuint)bytes, TypeOf(ScalarType.Byte), communicator, 0), "a gathering");

    public void Leave(nint communicator) => Check(_destroy(communicator), "leaving");

    /// <summary>Ends what is under way; for the case that another process is gone.</summary>
    public void Abort(nint communicator) => _ = _abort(communicator);

    private void Check(int status, string what)
    {
        if (status == 0)
            return;
        string last = (Marshal.PtrToStringUTF8(_lastError(0)) ?? "").ReplaceLineEndings(" ").Trim();
        throw new CollectiveException(status == RemoteError ? CollectiveError.Lost : CollectiveError.Library,
            $"NCCL: {what} failed: {Marshal.PtrToStringUTF8(_errorString(status))}{(last.Length > 0 ? $"; {last}" : "")}");
    }

    // ncclDataType_t
    private static int TypeOf(ScalarType type) => type switch
    {
        ScalarType.Byte => 1,
        ScalarType.Int64 => 4,
        ScalarType.Float32 => 7,
        ScalarType.Float64 => 8,
        _ => throw new ArgumentException($"a sum of {type}, expected Float32, Float64 or Int64", nameof(type)),
    };

    // The one that libtorch has loaded already, whatever its file is called ("libcudart-8774224f.so.12").
    private static IEnumerable<string> LoadedCuda()
    {
        using var process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.FileName).Where(file => Path.GetFileName(file).StartsWith("libcudart", StringComparison.Ordinal))];
    }

    private static nint Export(nint library, string name) => NativeLibrary.TryGetExport(library, name, out nint address)
        ? address
        : throw new CollectiveException(CollectiveError.Library, $"NCCL: {name} is missing; expected NCCL 2.13 or newer and its CUDA runtime");

    private static nint Load(string[] names, string what)
    {
        foreach (string name in names)
            if (NativeLibrary.TryLoad(name, out nint handle))
                return handle;
        throw new CollectiveException(CollectiveError.Library, $"{what}: none of {string.Join(", ", names.Distinct())} can be loaded (put its folder into LD_LIBRARY_PATH, or use --transport tcp)");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct UniqueId
    {
        public fixed byte Bytes[IdBytes];
    }
}
