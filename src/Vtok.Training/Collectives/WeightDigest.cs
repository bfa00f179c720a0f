using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Vtok.Torch;

namespace Vtok.Training.Collectives;

/// <summary>SHA-256 as four whole numbers, which processes can compare.</summary>
internal static unsafe class WeightDigest
{
    /// <summary>Numbers of a digest.</summary>
    public const int Length = 4;

    private const int Chunk = 1 << 30;

    /// <summary>The digest of tensors in their order.</summary>
    public static long[] Of(IEnumerable<Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor tensor in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor here = tensor.detach().cpu().contiguous();
            byte* data = (byte*)ForeignTensor.DataPointer(here);
            long bytes = here.numel() * here.element_size();
            for (long at = 0; at < bytes; at += Chunk)
                hash.AppendData(new ReadOnlySpan<byte>(data + at, (int)Math.Min(Chunk, bytes - at)));
        }
        return Numbers(hash.GetHashAndReset());
    }

    /// <summary>The digest of a text.</summary>
    public static long[] Of(string text) => Numbers(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static long[] Numbers(byte[] hash) => [.. Enumerable.Range(0, Length).Select(i => BinaryPrimitives.ReadInt64LittleEndian(hash.AsSpan(8 * i)))];
}
