namespace Vtok.Streams;

/// <summary>Walks over untrusted bytes. A read that fails leaves a <see cref="Fault"/>, and in <see cref="Needed"/> how many bytes would do.</summary>
internal ref struct ByteCursor(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public Fault? Fault { get; private set; }

    /// <summary>After a fault of reason Truncated: the least length with which reading can get further.</summary>
    public int Needed { get; private set; }

    public void Skip(int count) => Position += count;

    /// <summary>Raises <see cref="Needed"/>: at least <paramref name="count"/> bytes follow the position.</summary>
    public void ExpectFurther(int count) => Needed = Math.Max(Needed, Position + count);

    public bool TryReadBytes(string field, int count, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryRequire(field, count))
            return false;
        value = _bytes.Slice(Position, count);
        Position += count;
        return true;
    }

    /// <summary>Whether <paramref name="count"/> bytes are left: asked before anything is allocated for them.</summary>
    public bool TryRequire(string field, int count)
    {
        if (Remaining >= count)
            return true;
        Needed = Position + count;
        return Fail(TokenFileError.Truncated, $"the file ends inside {field}: {Remaining} bytes, expected {count}");
    }

    public bool TryReadVarint(string field, out uint value)
    {
        value = 0;
        for (int i = 0; i < Varint.MostBytes; i++)
        {
            if (i >= Remaining)
            {
                Needed = Position + i + 1;
                return Fail(TokenFileError.Truncated, $"the file ends inside {field}");
            }
            byte b = _bytes[Position + i];
            if (i == Varint.MostBytes - 1 && b > 0x0F)
                return Fail(TokenFileError.Malformed, $"{field}: a varint above 32 bits");
            value |= (uint)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                if (b == 0 && i > 0)
                    return Fail(TokenFileError.NotCanonical, $"{field}: a varint longer than it need be");
                Position += i + 1;
                return true;
            }
        }
        return false;
    }

    /// <summary>A varint from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public bool TryReadNumber(string field, int least, int most, TokenFileError tooLarge, out int value)
    {
        value = 0;
        if (!TryReadVarint(field, out uint number))
            return false;
        if (number < least)
            return Fail(TokenFileError.Malformed, $"{field}: {number}, expected at least {least}");
        if (number > most)
            return Fail(tooLarge, $"{field}: {number}, expected at most {most}");
        value = (int)number;
        return true;
    }

    public bool Fail(TokenFileError reason, string message)
    {
        Fault = new Fault(reason, message);
        return false;
    }
}
