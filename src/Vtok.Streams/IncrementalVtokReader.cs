namespace Vtok.Streams;

/// <summary>Reads a .vtok file as its bytes arrive, and gives tokens as soon as their last bit is there.</summary>
/// <remarks>
/// Accepts exactly the files that <see cref="VtokReader.Read(ReadOnlySpan{byte}, TokenizerInfo)"/> accepts, and gives the same
/// <see cref="VtokFile"/>. The check comes last, so tokens are provisional until <see cref="IsComplete"/>; a damaged
/// file may be refused for another reason than one-shot reading gives. Not thread-safe.
/// </remarks>
public sealed class IncrementalVtokReader
{
    private readonly TokenizerInfo _info;
    private readonly List<byte> _start = [];
    private readonly List<int> _ids = [];
    private readonly List<byte> _checkBytes = [];
    private int _needed = HeaderFormat.StartLength;
    private LaneSchedule? _schedule;
    private FileCheck _check;
    private int _payloadLeft;
    private ulong _pending;
    private int _pendingBits;
    private int _indexInPosition;
    private int _bits;
    private int _size;
    private Fault? _fault;

    /// <summary>Begins a file that was written for <paramref name="info"/>.</summary>
    /// <exception cref="ArgumentException">The description is not valid.</exception>
    public IncrementalVtokReader(TokenizerInfo info)
    {
        info.Validate();
        _info = info;
    }

    /// <summary>The header, once all of it has arrived.</summary>
    public VtokHeader? Header { get; private set; }

    /// <summary>Number of lanes; 0 before the header has arrived.</summary>
    public int LaneCount => _schedule?.Lanes ?? 0;

    /// <summary>Tokens that have arrived, over all lanes.</summary>
    public int TokensRead => _ids.Count;

    /// <summary>Whether the whole file has arrived and its check matches.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes the next bytes, however many; returns how many tokens they completed.</summary>
    /// <exception cref="TokenFileException">The file is refused; so is every later call.</exception>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        int before = _ids.Count;
        _fault ??= Take(bytes);
        return _fault is null ? _ids.Count - before : throw _fault.ToException();
    }

    /// <summary>The tokens that have arrived, by lane: one lane may be a token ahead of the next.</summary>
    public IReadOnlyList<ReadOnlyMemory<int>> Snapshot()
    {
        if (Header is null)
            return [];
        int[] lengths = new int[LaneCount];
        int[] order = new int[_ids.Count];
        var schedule = new LaneSchedule(LaneCount, Header.LaneCounts, Header.Count);
        for (int taken = 0; taken < order.Length && schedule.MoveNext();)
        {
            for (int i = 0; i < schedule.Active && taken < order.Length; i++)
            {
                order[taken] = schedule.LaneAt(i);
                lengths[order[taken++]]++;
            }
        }
        int[] flat = new int[_ids.Count];
        int[] next = new int[LaneCount];
        var lanes = new ReadOnlyMemory<int>[LaneCount];
        for (int lane = 0, start = 0; lane < lanes.Length; start += lengths[lane++])
        {
            next[lane] = start;
            lanes[lane] = flat.AsMemory(start, lengths[lane]);
        }
        for (int i = 0; i < order.Length; i++)
            flat[next[order[i]]++] = _ids[i];
        return lanes;
    }

    /// <summary>The file, when all of it has arrived.</summary>
    /// <exception cref="TokenFileException">It was refused, or it ends early.</exception>
    public VtokFile Finish()
    {
        if (_fault is null && !IsComplete)
        {
            _fault = Header is null
                ? HeaderFormat.TryRead(_start.ToArray(), out _, out _)
                : new Fault(TokenFileError.Truncated, $"the file ends early: {_ids.Count} of {_schedule!.TotalTokens} tokens are there");
        }
        return _fault is null ? VtokReader.ToFile(Header!, Snapshot()) : throw _fault.ToException();
    }

    private Fault? Take(ReadOnlySpan<byte> bytes)
    {
        if (Header is null && TakeHeader(ref bytes) is { } headerFault)
            return headerFault;
        if (Header is null)
            return null;
        ReadOnlySpan<byte> payload = bytes[..Math.Min(bytes.Length, _payloadLeft)];
        if (TakePayload(payload) is { } payloadFault)
            return payloadFault;
        return TakeCheck(bytes[payload.Length..]);
    }

    private Fault? TakeHeader(ref ReadOnlySpan<byte> bytes)
    {
        while (Header is null)
        {
            // Never more than the header is known to need, so that what follows it is not taken for it.
            int count = Math.Min(bytes.Length, _needed - _start.Count);
            _start.AddRange(bytes[..count]);
            bytes = bytes[count..];
            if (_start.Count < _needed)
                return null;
            byte[] start = [.. _start];
            Fault? fault = HeaderFormat.TryRead(start, out VtokHeader? header, out _needed);
            if (fault is { Reason: TokenFileError.Truncated })
                continue;
            if (fault is not null)
                return fault;
            if (ModelRules.Check(header!, _info, out _schedule, out _payloadLeft) is { } modelFault)
                return modelFault;
            if (ModelRules.CheckKindOfCheck(header!, _payloadLeft) is { } formFault)
                return formFault;
            _check = new FileCheck(header!.HasLongCheck);
            _check.Add(start);
            Header = header;
            StepPosition();
        }
        return null;
    }

    private Fault? TakePayload(ReadOnlySpan<byte> payload)
    {
        _check.Add(payload);
        foreach (byte b in payload)
        {
            _pending = (_pending << 8) | b;
            _pendingBits += 8;
            while (_pendingBits >= _bits && _ids.Count < _schedule!.TotalTokens)
            {
                _pendingBits -= _bits;
                int id = (int)((uint)(_pending >> _pendingBits) & ((1u << _bits) - 1));
                if (id >= _size)
                    return PayloadFormat.OutOfRange(_schedule.LaneAt(_indexInPosition), _schedule.Position, id, _info.Vocabulary);
                _ids.Add(id);
                if (++_indexInPosition == _schedule.Active)
                    StepPosition();
            }
        }
        _payloadLeft -= payload.Length;
        bool isPadded = (_pending & ((1ul << _pendingBits) - 1)) == 0;
        return _payloadLeft > 0 || isPadded ? null : PayloadFormat.Padding;
    }

    private Fault? TakeCheck(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _check.Length - _checkBytes.Count);
        _checkBytes.AddRange(bytes[..count]);
        if (_payloadLeft > 0 || _checkBytes.Count < _check.Length)
            return null;
        if (!_check.Matches(_checkBytes.ToArray()))
            return VtokReader.Damaged;
        IsComplete = count == bytes.Length;
        return IsComplete ? null : new Fault(TokenFileError.TrailingBytes, $"{bytes.Length - count} bytes after the end, expected none");
    }

    private void StepPosition()
    {
        _indexInPosition = 0;
        if (!_schedule!.MoveNext())
            return;
        _bits = _info.Vocabulary.BitsAt(_schedule.Position);
        _size = _info.Vocabulary.SizeAt(_schedule.Position);
    }
}
