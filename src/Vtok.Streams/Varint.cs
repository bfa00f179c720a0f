namespace Vtok.Streams;

/// <summary>LEB128 of numbers below 2^32, in the shortest form.</summary>
internal static class Varint
{
    public const int MostBytes = 5;

    public static byte[] ToBytes(uint value)
    {
        Span<byte> bytes = stackalloc byte[MostBytes];
        int length = 0;
        for (; value >= 0x80; value >>= 7)
            bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        return bytes[..length].ToArray();
    }
}
