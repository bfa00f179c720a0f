namespace Vtok.Models.Residual;

/// <summary>The tables of <see cref="ImportanceOrder"/>, made once when a tokenizer is fitted.</summary>
internal static class ImportanceTables
{
    /// <summary>Energy of each code in the share of its patch that a level's patch covers: [codes * shares], row by row.</summary>
    /// <param name="config">The stages.</param>
    /// <param name="source">A raster stage, or their number for the first level.</param>
    /// <param name="book">Its book.</param>
    public static int[] Energies(ResidualConfig config, int source, Codebook book)
    {
        using DisposeScope scope = NewDisposeScope();
        ResidualStage stage = config.AllStages.ElementAt(source);
        int ratio = config.Levels[0].Grid / stage.Grid, part = stage.Patch / ratio;
        Tensor squares = book.Codes.mm(book.Basis.t()).square().view(-1, 3, ratio, part, ratio, part).sum([1L, 3, 5]); // [K, r, r]
        return squares.round().clamp(0, int.MaxValue / 2).to(ScalarType.Int32).cpu().flatten().data<int>().ToArray();
    }
}
