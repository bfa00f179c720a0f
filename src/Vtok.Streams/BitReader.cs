using System.Buffers.Binary;

namespace Vtok.Streams;

/// <summary>Takes numbers out of bytes, most significant bit first. The caller has made sure that there are enough.</summary>
internal ref struct BitReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _position;
    private ulong _pending;
    private int _pendingBits;

    public uint Read(int bits)
    {
        if (_pendingBits < bits)
            Fill(bits);
        _pendingBits -= bits;
        return (uint)(_pending >> _pendingBits) & ((1u << bits) - 1);
    }

    /// <summary>Whether the bits up to the end of the byte are zero.</summary>
    public readonly bool IsPaddedWithZeros() => (_pending & ((1ul << _pendingBits % 8) - 1)) == 0;

    private void Fill(int bits)
    {
        if (_source.Length - _position >= 4)
        {
            _pending = (_pending << 32) | BinaryPrimitives.ReadUInt32BigEndian(_source[_position..]);
            _position += 4;
            _pendingBits += 32;
            return;
        }
        for (; _pendingBits < bits; _pendingBits += 8)
            _pending = (_pending << 8) | _source[_position++];
    }
}
