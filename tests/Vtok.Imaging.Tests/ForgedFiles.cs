using System.Buffers.Binary;
using System.Text;

namespace Vtok.Imaging.Tests;

/// <summary>Files that no encoder would write.</summary>
internal static class ForgedFiles
{
    /// <summary>A valid gray progressive JPEG, all mid-gray, whose scans cost a decoder time and its author hardly a byte.</summary>
    public static byte[] ManyScans(int side, int scans)
    {
        int blocks = (side + 7) / 8 * ((side + 7) / 8);
        var file = new MemoryStream();
        file.Write([0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64)]);
        file.Write([0xFF, 0xC2, 0, 11, 8, (byte)(side >> 8), (byte)side, (byte)(side >> 8), (byte)side, 1, 1, 0x11, 0]);
        file.Write([0xFF, 0xC4, 0, 20, 0x00, 1, .. new byte[15], 0]); // DC: code 0 = no difference
        file.Write([0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0xE0]); // AC: code 0 = a run of 2^14 and more empty blocks
        file.Write([0xFF, 0xDA, 0, 8, 1, 1, 0x00, 0, 0, 0]);
        file.Write(new byte[(blocks + 7) / 8]);
        for (int k = 1; k < scans; k++)
        {
            file.Write([0xFF, 0xDA, 0, 8, 1, 1, 0x00, (byte)k, (byte)k, 0]);
            file.Write(EmptyBlocks(blocks));
        }
        file.Write([0xFF, 0xD9]);
        return file.ToArray();
    }

    /// <summary>A small file of the format whose header claims a picture of side x side.</summary>
    public static byte[] Bomb(ImageFormat format, int side)
    {
        byte[] small = new VipsImageCodec().Encode(Pictures.Waves(16, 16), format == ImageFormat.Gif ? ImageFormat.Png : format);
        switch (format)
        {
            case ImageFormat.Png:
                BinaryPrimitives.WriteInt32BigEndian(small.AsSpan(16), side);
                BinaryPrimitives.WriteInt32BigEndian(small.AsSpan(20), side);
                BinaryPrimitives.WriteUInt32BigEndian(small.AsSpan(29), Crc32(small.AsSpan(12, 17)));
                return small;
            case ImageFormat.Jpeg:
                int frame = small.AsSpan().IndexOf<byte>([0xFF, 0xC0]);
                BinaryPrimitives.WriteUInt16BigEndian(small.AsSpan(frame + 5), (ushort)side);
                BinaryPrimitives.WriteUInt16BigEndian(small.AsSpan(frame + 7), (ushort)side);
                return small;
            case ImageFormat.Webp: // behind the start code 9D 01 2A, 14 bits each
                int code = small.AsSpan().IndexOf<byte>([0x9D, 0x01, 0x2A]);
                BinaryPrimitives.WriteUInt16LittleEndian(small.AsSpan(code + 3), (ushort)Math.Min(side, 16383));
                BinaryPrimitives.WriteUInt16LittleEndian(small.AsSpan(code + 5), (ushort)Math.Min(side, 16383));
                return small;
            case ImageFormat.Avif:
                int extent = small.AsSpan().IndexOf("ispe"u8);
                BinaryPrimitives.WriteInt32BigEndian(small.AsSpan(extent + 8), side);
                BinaryPrimitives.WriteInt32BigEndian(small.AsSpan(extent + 12), side);
                return small;
            case ImageFormat.Tiff:
                return Tiff(side);
            default:
                byte[] s = [(byte)side, (byte)(side >> 8)];
                return [.. "GIF89a"u8, .. s, .. s, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, .. s, .. s, 0, 2, 2, 0x44, 1, 0, 0x3B];
        }
    }

    /// <summary>A JPEG with an application segment put in after its first two bytes.</summary>
    public static byte[] WithSegment(byte[] jpeg, byte marker, ReadOnlySpan<byte> content) =>
        [.. jpeg[..2], 0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content, .. jpeg[2..]];

    /// <summary>An EXIF block that holds the orientation alone.</summary>
    public static byte[] Exif(byte orientation) =>
        [.. "Exif\0\0"u8, .. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];

    // One strip of 8-bit gray that is not there.
    private static byte[] Tiff(int side)
    {
        (ushort Tag, int Value)[] entries = [(256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, side), (279, side * side)];
        var file = new MemoryStream();
        file.Write("II*\0"u8);
        file.Write(BitConverter.GetBytes(8));
        file.Write(BitConverter.GetBytes((ushort)entries.Length));
        foreach ((ushort tag, int value) in entries)
        {
            file.Write(BitConverter.GetBytes(tag));
            file.Write(BitConverter.GetBytes((ushort)4)); // LONG
            file.Write(BitConverter.GetBytes(1));
            file.Write(BitConverter.GetBytes(value));
        }
        file.Write(new byte[64]);
        return file.ToArray();
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }

    private static byte[] EmptyBlocks(int blocks)
    {
        var bits = new StringBuilder();
        for (int left = blocks; left > 0; left -= 32767)
            bits.Append("0" + "11111111111111");
        while (bits.Length % 8 != 0)
            bits.Append('1');
        var bytes = new List<byte>();
        for (int i = 0; i < bits.Length; i += 8)
        {
            bytes.Add(Convert.ToByte(bits.ToString(i, 8), 2));
            if (bytes[^1] == 0xFF)
                bytes.Add(0);
        }
        return [.. bytes];
    }
}
