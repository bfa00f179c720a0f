using Vtok.Models.Layers;

namespace Vtok.Models.FlexTok;

/// <summary>Modulation vectors of one layer: those of the patches, and those of the registers.</summary>
/// <param name="Patches">[S, 1, n D], or [1, 1, n D] for all sequences alike.</param>
/// <param name="Registers">[R, n D], or [1, n D] for all rows alike; null where the layer has only patches.</param>
internal sealed record Modulation(Tensor Patches, Tensor? Registers)
{
    /// <summary>Takes the vectors of sequences [S or 1, streams n D] apart.</summary>
    public static Modulation Of(Tensor vectors, int streams, TokenLayout layout)
    {
        Tensor[] parts = streams == 2 ? vectors.chunk(2, -1) : [vectors, vectors];
        return new Modulation(parts[0].unsqueeze(1), layout.ToRegisters(parts[1]));
    }

    /// <summary>Splits every vector into n parts of D.</summary>
    public Modulation[] Split(int count)
    {
        Tensor[] patches = Patches.chunk(count, -1);
        Tensor[]? registers = Registers?.chunk(count, -1);
        return [.. Enumerable.Range(0, count).Select(i => new Modulation(patches[i], registers?[i]))];
    }

    /// <summary>rows * (1 + scale) + shift, in place where no graph is built.</summary>
    /// <param name="rows">[R, D] or patches alone; nobody else's.</param>
    /// <param name="shift">What is added.</param>
    /// <param name="scale">What is multiplied.</param>
    /// <param name="layout">Where the sequences lie.</param>
    public static Tensor Apply(Tensor rows, Modulation shift, Modulation scale, TokenLayout layout) => Apply(rows, layout, InPlace.Works(rows, shift.Patches),
        patches => InPlace.Add(InPlace.Multiply(patches, 1 + scale.Patches), shift.Patches),
        registers => InPlace.Add(InPlace.Multiply(registers, 1 + scale.Registers!), shift.Registers!));

    /// <summary>rows * gate, in place where no graph is built.</summary>
    /// <param name="rows">[R, D] or patches alone; nobody else's.</param>
    /// <param name="gate">What is multiplied.</param>
    /// <param name="layout">Where the sequences lie.</param>
    public static Tensor Apply(Tensor rows, Modulation gate, TokenLayout layout) =>
        Apply(rows, layout, InPlace.Works(rows, gate.Patches), patches => InPlace.Multiply(patches, gate.Patches), registers => InPlace.Multiply(registers, gate.Registers!));

    private static Tensor Apply(Tensor rows, TokenLayout layout, bool inPlace, Func<Tensor, Tensor> ofPatches, Func<Tensor, Tensor> ofRegisters)
    {
        Tensor patches = ofPatches(rows.narrow(0, 0, layout.PatchRows).view(layout.Sequences, layout.Patches, rows.size(1))); // [S, P, D]
        Tensor? registers = rows.size(0) == layout.PatchRows ? null : ofRegisters(rows.narrow(0, layout.PatchRows, layout.RegisterRows));
        if (inPlace)
            return rows;
        Tensor flat = patches.view(layout.PatchRows, rows.size(1));
        return registers is null ? flat : cat([flat, registers], 0);
    }
}
