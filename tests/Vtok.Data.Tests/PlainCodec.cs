using System.Buffers.Binary;
using Vtok.Imaging;

namespace Vtok.Data.Tests;

/// <summary>A picture format of tests: width and height as two bytes each, then pixels.</summary>
internal sealed class PlainCodec : IImageCodec
{
    private int _decoded;

    public int Decoded => _decoded;

    public static byte[] File(int width, int height, byte shade)
    {
        byte[] file = new byte[4 + width * height * 3];
        BinaryPrimitives.WriteUInt16LittleEndian(file, (ushort)width);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(2), (ushort)height);
        for (int i = 4; i < file.Length; i++)
            file[i] = (byte)(shade + 31 * ((i - 4) / 3 % width) + 17 * ((i - 4) / 3 / width) + i % 3);
        return file;
    }

    public RgbImage Decode(ReadOnlyMemory<byte> file, ImageDecodeOptions? options = null)
    {
        Interlocked.Increment(ref _decoded);
        ReadOnlySpan<byte> bytes = file.Span;
        if (bytes.Length < 4)
            throw new ImageFileException(ImageFileError.Damaged, "cut short");
        int width = BinaryPrimitives.ReadUInt16LittleEndian(bytes), height = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        return bytes.Length == 4 + width * height * 3
            ? new RgbImage(width, height, bytes[4..].ToArray())
            : throw new ImageFileException(ImageFileError.Damaged, "cut short");
    }

    public ImageFileInfo Identify(ReadOnlyMemory<byte> file, ImageDecodeOptions? options = null) => throw new NotSupportedException();

    public byte[] Encode(RgbImage image, ImageFormat format, int? quality = null) => throw new NotSupportedException();
}
