namespace Vtok.Models.FlexTok;

/// <summary>The velocity of one sampling run: everything that does not depend on the noisy latents is computed once.</summary>
internal sealed class FlexTokFlow : IDisposable
{
    // Tables of at most this many times are held: 25 steps of the largest model take 60 MB.
    private const int MostTimes = 32;

    private readonly FlexTokDecoder _decoder;
    private readonly IReadOnlyList<double> _times;
    private readonly DecoderCondition _condition;
    private readonly int _pictures;
    private readonly bool _paired;
    private TimeTable? _table;
    private int _first;

    /// <summary>Prepares a run.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="prefixes">The pictures' codes.</param>
    /// <param name="paired">Whether the velocity of the null condition is wanted too.</param>
    /// <param name="height">Height of the latents.</param>
    /// <param name="width">Width of the latents.</param>
    /// <param name="times">All times that will be asked for, in their order.</param>
    public FlexTokFlow(FlexTokDecoder decoder, IReadOnlyList<CodePrefix> prefixes, bool paired, long height, long width, IReadOnlyList<double> times)
    {
        (_decoder, _times, _paired) = (decoder, times, paired);
        _pictures = prefixes.Sum(prefix => prefix.Sequences);
        _condition = decoder.Condition(paired ? [.. prefixes, CodePrefix.Null(_pictures)] : prefixes, height, width);
        _condition.Tokens.DetachFromDisposeScope();
    }

    /// <summary>The velocity with the codes, and that of the null condition where it is wanted, from one pass over both.</summary>
    /// <param name="latents">[B, C, h, w].</param>
    /// <param name="time">One of the times.</param>
    public (Tensor Conditional, Tensor? Empty) Velocity(Tensor latents, double time)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor both = _decoder.Velocity(latents, _condition, At(time, latents.device));
        Tensor conditional = both.narrow(0, 0, _pictures).MoveToOuterDisposeScope();
        return (conditional, _paired ? both.narrow(0, _pictures, _pictures).MoveToOuterDisposeScope() : null);
    }

    public void Dispose()
    {
        _condition.Dispose();
        _table?.Dispose();
    }

    private TimeTable At(double time, Device device)
    {
        int index = 0;
        while (_times[index] != time)
            index++;
        if (_table is null || index < _first || index >= _first + MostTimes)
        {
            _table?.Dispose();
            _first = index;
            using Tensor times = tensor([.. _times.Skip(index).Take(MostTimes).Select(value => (float)value)], device: device);
            _table = _decoder.Modulate(times);
            foreach (Tensor vectors in _table.Blocks.Append(_table.Head))
                vectors.DetachFromDisposeScope();
        }
        return _table.At(index - _first);
    }
}
