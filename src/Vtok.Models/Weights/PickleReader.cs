using System.Buffers.Binary;
using System.Text;

namespace Vtok.Models.Weights;

/// <summary>A pickle machine that builds inert values only: no name is ever looked up, no call ever made.</summary>
/// <remarks>Binary opcodes of protocols 2 to 5, and the text opcodes that writers of protocol 2 still use.</remarks>
internal ref struct PickleReader
{
    private const int MostOperations = 2_000_000, MostMemo = 1_000_000, MostMarks = 1_000;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _at;

    private PickleReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The one value that a pickle makes.</summary>
    /// <exception cref="CheckpointException">It is damaged, absurdly large, uses unknown opcodes, or names something that could run code.</exception>
    public static object? Read(ReadOnlySpan<byte> pickle)
    {
        try
        {
            return new PickleReader(pickle).Run();
        }
        catch (DecoderFallbackException e)
        {
            throw new CheckpointException(CheckpointError.Malformed, "its pickle holds text that is not UTF-8", e);
        }
    }

    private object? Run()
    {
        for (int operations = 0; operations < MostOperations; operations++)
        {
            byte opcode = Take(1)[0];
            if (opcode == '.')
                return _stack.Count == 1 && _marks.Count == 0 ? _stack[0] : throw Bad($"{_stack.Count} values at its end, expected one");
            if (!Scalar(opcode) && !Container(opcode) && !Memo(opcode) && !Object(opcode))
                throw new CheckpointException(CheckpointError.Unsupported, $"its pickle uses opcode 0x{opcode:x2} at byte {_at - 1}, which is not read");
        }
        throw new CheckpointException(CheckpointError.TooLarge, $"its pickle has over {MostOperations} operations");
    }

    private bool Scalar(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: return Take(1)[0] <= 5 ? true : throw Bad("a protocol above 5");
            case 0x95: Take(8); return true; // frame: only a hint for buffering
            case (byte)'N': Push(null); return true;
            case 0x88: Push(true); return true;
            case 0x89: Push(false); return true;
            case (byte)'K': Push((long)Take(1)[0]); return true;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); return true;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); return true;
            case 0x8a: Push(Long(Take(Take(1)[0]))); return true;
            case 0x8b: Push(Long(Take(Length(4)))); return true;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); return true;
            case (byte)'X': Push(Text(Length(4))); return true;
            case 0x8c: Push(Text(Take(1)[0])); return true;
            case 0x8d: Push(Text(Length(8))); return true;
            case (byte)'U': Push(Encoding.Latin1.GetString(Take(Take(1)[0]))); return true;
            case (byte)'T': Push(Encoding.Latin1.GetString(Take(Length(4)))); return true;
            case (byte)'C': Push(Take(Take(1)[0]).ToArray()); return true;
            case (byte)'B': Push(Take(Length(4)).ToArray()); return true;
            case 0x8e or 0x96: Push(Take(Length(8)).ToArray()); return true;
            default: return false;
        }
    }

    private bool Container(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(':
                _marks.Add(_stack.Count);
                return _marks.Count <= MostMarks ? true : throw Bad($"over {MostMarks} open marks");
            case (byte)'0': Pop(); return true;
            case (byte)'1': PopMark(); return true;
            case (byte)'2': Push(Peek()); return true;
            case (byte)')': Push(new PickleTuple([])); return true;
            case 0x85: Push(new PickleTuple([Pop()])); return true;
            case 0x86: { object? b = Pop(); Push(new PickleTuple([Pop(), b])); return true; }
            case 0x87: { object? c = Pop(), b = Pop(); Push(new PickleTuple([Pop(), b, c])); return true; }
            case (byte)'t': Push(new PickleTuple(PopMark())); return true;
            case (byte)']' or 0x8f: Push(new PickleList([])); return true;
            case (byte)'l' or 0x91: Push(new PickleList([.. PopMark()])); return true;
            case (byte)'a': { object? item = Pop(); Append(Peek(), [item]); return true; }
            case (byte)'e' or 0x90: { object?[] items = PopMark(); Append(Peek(), items); return true; }
            case (byte)'}': Push(new PickleDictionary([])); return true;
            case (byte)'d': { var made = new PickleDictionary([]); Set(made, PopMark()); Push(made); return true; }
            case (byte)'s': { object? value = Pop(), key = Pop(); Set(Peek(), [key, value]); return true; }
            case (byte)'u': { object?[] pairs = PopMark(); Set(Peek(), pairs); return true; }
            default: return false;
        }
    }

    private bool Memo(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'q': Remember(Take(1)[0]); return true;
            case (byte)'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); return true;
            case 0x94: Remember(_memo.Count); return true;
            case (byte)'h': Push(Recall(Take(1)[0])); return true;
            case (byte)'j': Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); return true;
            default: return false;
        }
    }

    private bool Object(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c': Push(PickleObjects.Global(Line(), Line())); return true;
            case 0x93:
                Push(Pop() is string name && Pop() is string module ? PickleObjects.Global(module, name) : throw Bad("a global without names"));
                return true;
            case (byte)'R' or 0x81: { object? arguments = Pop(); Push(PickleObjects.Call(Pop(), arguments)); return true; }
            case 0x92: { Pop(); object? arguments = Pop(); Push(PickleObjects.Call(Pop(), arguments)); return true; }
            case (byte)'i': { PickleGlobal type = PickleObjects.Global(Line(), Line()); Push(PickleObjects.Call(type, new PickleTuple(PopMark()))); return true; }
            case (byte)'o': { object?[] items = PopMark(); Push(items.Length > 0 ? PickleObjects.Call(items[0], new PickleTuple(items[1..])) : throw Bad("an object without a class")); return true; }
            case (byte)'b': Pop(); Peek(); return true; // the state of an object that nothing reads
            case (byte)'Q': Push(PickleObjects.Storage(Pop())); return true;
            default: return false;
        }
    }

    private readonly void Append(object? target, ReadOnlySpan<object?> items)
    {
        if (target is PickleList list)
            list.Items.AddRange(items);
        else if (target is not PickleOpaque)
            throw Bad("items for what is no list");
    }

    private readonly void Set(object? target, object?[] pairs)
    {
        if (pairs.Length % 2 != 0 || target is not (PickleDictionary or PickleOpaque))
            throw Bad("members for what is no dictionary");
        if (target is PickleDictionary dictionary)
            for (int i = 0; i < pairs.Length; i += 2)
                if (pairs[i] is string key)
                    dictionary.Members[key] = pairs[i + 1];
    }

    private readonly void Push(object? value) => _stack.Add(value);

    private readonly object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Bad("more taken from its stack than was put there");

    private readonly object? Pop()
    {
        object? top = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private readonly int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    private readonly object?[] PopMark()
    {
        if (_marks.Count == 0)
            throw Bad("no mark where one is needed");
        int floor = Floor;
        object?[] items = [.. _stack[floor..]];
        _stack.RemoveRange(floor, _stack.Count - floor);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    private readonly void Remember(long slot)
    {
        _memo[slot] = Peek();
        if (_memo.Count > MostMemo)
            throw new CheckpointException(CheckpointError.TooLarge, $"its pickle remembers over {MostMemo} values");
    }

    private readonly object? Recall(long slot) => _memo.TryGetValue(slot, out object? value) ? value : throw Bad($"no remembered value {slot}");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _bytes.Length - _at)
            throw Bad("less than it announces (cut short?)");
        ReadOnlySpan<byte> taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    private int Length(int bytes)
    {
        ReadOnlySpan<byte> number = Take(bytes);
        ulong length = bytes == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(number) : BinaryPrimitives.ReadUInt64LittleEndian(number);
        return length <= (ulong)(_bytes.Length - _at) ? (int)length : throw Bad("less than it announces (cut short?)");
    }

    private string Text(int count) => StrictUtf8.GetString(Take(count));

    private string Line()
    {
        int length = _bytes[_at..].IndexOf((byte)'\n');
        string line = length is >= 0 and <= 1024 ? Text(length) : throw Bad("a name that does not end");
        _at++;
        return line;
    }

    /// <summary>Little endian two's complement; what does not fit 64 bits is no size of anything and becomes opaque.</summary>
    private static object Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8)
            return new PickleOpaque("int");
        long value = bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
            value = value << 8 | bytes[i];
        return value;
    }

    private readonly CheckpointException Bad(string what) => new(CheckpointError.Malformed, $"its pickle holds {what} (byte {_at})");
}
