using Vtok.Models.Layers;

namespace Vtok.Models.FlexTok;

/// <summary>Modulation vectors of one layer: those of the patches, and those of the registers.</summary>
/// <param name="Patches">[S, 1, n D], or [1, 1, n D] for all sequences alike.</param>
/// <param name="Registers">The same for registers.</param>
internal sealed record Modulation(Tensor Patches, Tensor Registers)
{
    /// <summary>Takes the vectors of sequences [S or 1, streams n D] apart.</summary>
    public static Modulation Of(Tensor vectors, int streams)
    {
        Tensor[] parts = streams == 2 ? vectors.unsqueeze(1).chunk(2, -1) : [vectors.unsqueeze(1), vectors.unsqueeze(1)];
        return new Modulation(parts[0], parts[1]);
    }

    /// <summary>Splits every vector into n parts of D.</summary>
    public Modulation[] Split(int count)
    {
        Tensor[] patches = Patches.chunk(count, -1), registers = Registers.chunk(count, -1);
        return [.. patches.Zip(registers, (ofPatches, ofRegisters) => new Modulation(ofPatches, ofRegisters))];
    }

    /// <summary>rows * (1 + scale) + shift, in place where no graph is built.</summary>
    /// <param name="rows">[R, D]; nobody else's.</param>
    /// <param name="shift">What is added.</param>
    /// <param name="scale">What is multiplied.</param>
    /// <param name="layout">Where the sequences lie.</param>
    public static Tensor Apply(Tensor rows, Modulation shift, Modulation scale, TokenLayout layout) =>
        layout.Map(rows, InPlace.Works(rows, shift.Patches), (part, tokens) => InPlace.Add(InPlace.Multiply(tokens, 1 + scale.At(part)), shift.At(part)));

    /// <summary>rows * gate, in place where no graph is built.</summary>
    /// <param name="rows">[R, D]; nobody else's.</param>
    /// <param name="gate">What is multiplied.</param>
    /// <param name="layout">Where the sequences lie.</param>
    public static Tensor Apply(Tensor rows, Modulation gate, TokenLayout layout) =>
        layout.Map(rows, InPlace.Works(rows, gate.Patches), (part, tokens) => InPlace.Multiply(tokens, gate.At(part)));

    /// <summary>The vectors of a part: [its sequences or 1, 1, n D].</summary>
    public Tensor At(TokenPart part)
    {
        Tensor own = part.Kind == TokenKind.Patches ? Patches : Registers;
        return own.size(0) == 1 ? own : own.narrow(0, part.FirstSequence, part.Sequences);
    }
}
