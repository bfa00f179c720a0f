using System.Buffers.Binary;

namespace Vtok.Streams;

/// <summary>Puts numbers into bytes, most significant bit first.</summary>
internal ref struct BitWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _position;
    private ulong _pending;
    private int _pendingBits;

    public void Write(uint value, int bits)
    {
        // At most 31 pending and 31 new bits: they fit 64.
        _pending = (_pending << bits) | value;
        _pendingBits += bits;
        if (_pendingBits >= 32)
        {
            _pendingBits -= 32;
            BinaryPrimitives.WriteUInt32BigEndian(_destination[_position..], (uint)(_pending >> _pendingBits));
            _position += 4;
        }
    }

    /// <summary>Pads the last byte with zero bits.</summary>
    public void Flush()
    {
        for (; _pendingBits > 0; _pendingBits -= 8)
            _destination[_position++] = (byte)(_pendingBits >= 8 ? _pending >> (_pendingBits - 8) : _pending << (8 - _pendingBits));
        _pendingBits = 0;
    }
}
