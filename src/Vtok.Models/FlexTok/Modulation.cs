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

    /// <summary>rows * (1 + scale) + shift.</summary>
    public static Tensor Apply(Tensor rows, Modulation shift, Modulation scale, TokenLayout layout) =>
        Join(rows, layout, Patch(rows, layout) * (1 + scale.Patches) + shift.Patches, register => register * (1 + scale.Registers!) + shift.Registers!);

    /// <summary>rows * gate.</summary>
    public static Tensor Apply(Tensor rows, Modulation gate, TokenLayout layout) =>
        Join(rows, layout, Patch(rows, layout) * gate.Patches, register => register * gate.Registers!);

    private static Tensor Join(Tensor rows, TokenLayout layout, Tensor patches, Func<Tensor, Tensor> registers)
    {
        Tensor flat = patches.view(layout.PatchRows, rows.size(1));
        return rows.size(0) == layout.PatchRows ? flat : cat([flat, registers(rows.narrow(0, layout.PatchRows, layout.RegisterRows))], 0);
    }

    private static Tensor Patch(Tensor rows, TokenLayout layout) => rows.narrow(0, 0, layout.PatchRows).view(layout.Sequences, layout.Patches, rows.size(1));
}
