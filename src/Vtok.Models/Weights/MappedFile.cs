using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using Vtok.Torch;

namespace Vtok.Models.Weights;

/// <summary>A file mapped copy-on-write. The mapping lives until the last tensor over it is gone, also after <see cref="Dispose"/>.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;

    /// <summary>Maps the whole file that <paramref name="stream"/> is open on; the stream can be closed afterwards.</summary>
    public MappedFile(FileStream stream)
    {
        Length = stream.Length;
        if (Length == 0)
            return;
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.CopyOnWrite);
        byte* start = null;
        Handle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    /// <summary>Bytes of the file when it was mapped.</summary>
    public long Length { get; }

    private SafeMemoryMappedViewHandle Handle => _view!.SafeMemoryMappedViewHandle;

    /// <summary>Bytes of the file; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Span(long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset + (ulong)count, (ulong)Length, nameof(offset));
        return new ReadOnlySpan<byte>(_start + offset, count);
    }

    /// <summary>A stream over some of the bytes; valid until <see cref="Dispose"/>.</summary>
    public Stream Stream(long offset, long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset + (ulong)count, (ulong)Length, nameof(offset));
        return new UnmanagedMemoryStream(_start + offset, count);
    }

    /// <summary>A tensor over the bytes at <paramref name="offset"/>; a copy only where they are not aligned for the type.</summary>
    public Tensor Tensor(long offset, ScalarType type, ReadOnlySpan<long> shape)
    {
        long elementSize = TensorTypes.SizeOf(type), bytes = elementSize;
        foreach (long size in shape)
            bytes = checked(bytes * size);
        if (bytes == 0)
            return empty(shape.ToArray(), type);
        ObjectDisposedException.ThrowIf(Handle.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset + (ulong)bytes, (ulong)Length, nameof(offset));
        byte* data = _start + offset;
        if ((nint)data % elementSize == 0)
            return ForeignTensor.Wrap(data, type, shape, Handle);
        Tensor copy = empty(shape.ToArray(), type);
        Buffer.MemoryCopy(data, ForeignTensor.DataPointer(copy), bytes, bytes);
        return copy;
    }

    /// <summary>Lets go of the mapping; tensors over it keep it until they are gone.</summary>
    public void Dispose()
    {
        if (_view is null || Handle.IsClosed)
            return;
        Handle.ReleasePointer();
        _view.Dispose();
        _file!.Dispose();
    }
}
