namespace Vtok.Streams;

/// <summary>What the position of a token means, and so which shorter sequences still decode.</summary>
public enum TokenOrder
{
    /// <summary>Coarse to fine: every prefix decodes to a whole picture.</summary>
    Nested,

    /// <summary>Coarse to fine in whole scales: a prefix that ends at a scale's border decodes.</summary>
    Scales,

    /// <summary>Each token depends on earlier ones only; all of them are needed to decode.</summary>
    Causal,

    /// <summary>A grid, row by row; all of it is needed to decode.</summary>
    Raster,

    /// <summary>A subset of a grid, chosen by the picture; the kept positions travel beside the ids.</summary>
    Set,
}
