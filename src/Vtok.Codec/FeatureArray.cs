using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Vtok.Codec;

/// <summary>Float32 values with a shape, in row-major order.</summary>
/// <param name="Values">The values.</param>
/// <param name="Shape">Length of each dimension; their product is the number of values.</param>
public sealed record FeatureArray(ReadOnlyMemory<float> Values, IReadOnlyList<long> Shape)
{
    /// <summary>The array as a NumPy file (.npy, format 1.0, little endian).</summary>
    public byte[] ToNpy()
    {
        const int preamble = 10, alignment = 64;
        string shape = string.Concat(Shape.Select(n => n.ToString(CultureInfo.InvariantCulture) + ","));
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}";
        int length = (preamble + header.Length + 1 + alignment - 1) / alignment * alignment - preamble;
        byte[] file = new byte[preamble + length + Values.Length * sizeof(float)];
        ReadOnlySpan<byte> magicAndVersion = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];
        magicAndVersion.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), (ushort)length);
        Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n", file.AsSpan(preamble));
        Span<byte> data = file.AsSpan(preamble + length);
        if (BitConverter.IsLittleEndian)
            MemoryMarshal.AsBytes(Values.Span).CopyTo(data);
        else
            for (int i = 0; i < Values.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(data[(i * sizeof(float))..], Values.Span[i]);
        return file;
    }
}
