using System.Numerics;

namespace Vtok.Models.FlexTok;

/// <summary>Nested dropout (arXiv 2502.13967, section 3.1): of the N tokens the first k are kept, the others become one and the same mask token.</summary>
public static class NestedDropout
{
    /// <summary>Number of different draws of a mode: a draw is uniform in 0..this-1.</summary>
    /// <exception cref="ArgumentException">Powers of two are asked for and N is none.</exception>
    public static int Draws(NestedDropoutMode mode, int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1);
        if (mode != NestedDropoutMode.PowersOfTwo)
            return tokens;
        if (!BitOperations.IsPow2(tokens))
            throw new ArgumentException($"{tokens} tokens: this mode needs a power of two", nameof(tokens));
        return BitOperations.Log2((uint)tokens) + 1;
    }

    /// <summary>Tokens that are kept.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="tokens">N.</param>
    /// <param name="draw">A draw in 0..<see cref="Draws"/>-1.</param>
    /// <remarks>Quirk: the third mode rounds up, so for an N that is no power of two it may pass N, which then keeps all.</remarks>
    public static int KeepCount(NestedDropoutMode mode, int tokens, int draw)
    {
        int draws = Draws(mode, tokens);
        if (draw < 0 || draw >= draws)
            throw new ArgumentOutOfRangeException(nameof(draw), draw, $"must be in 0..{draws - 1}");
        return mode switch
        {
            NestedDropoutMode.Uniform => draw + 1,
            NestedDropoutMode.PowersOfTwo => 1 << draw,
            _ => (int)BitOperations.RoundUpToPowerOf2((uint)draw + 1),
        };
    }

    /// <summary>Tokens that are kept, drawn from a generator of the CPU.</summary>
    public static int KeepCount(NestedDropoutMode mode, int tokens, Generator generator)
    {
        using Tensor draw = randint(Draws(mode, tokens), [1], ScalarType.Int64, generator: generator);
        return KeepCount(mode, tokens, (int)draw.item<long>());
    }

    /// <summary>The tokens with all after the first <paramref name="keep"/> replaced: [B, N, D] and [D] to [B, N, D].</summary>
    public static Tensor Apply(Tensor tokens, Tensor maskToken, int keep)
    {
        long count = tokens.size(1);
        if (keep >= count)
            return tokens.alias();
        using DisposeScope scope = NewDisposeScope();
        Tensor tail = maskToken.expand(tokens.size(0), count - keep, tokens.size(2));
        return cat([tokens.narrow(1, 0, keep), tail], 1).MoveToOuterDisposeScope();
    }
}
