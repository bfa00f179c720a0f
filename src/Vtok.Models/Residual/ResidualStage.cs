namespace Vtok.Models.Residual;

/// <summary>One pass over a picture's band, cut into square patches with a token each.</summary>
/// <param name="Name">Name in the checkpoint, such as "B1".</param>
/// <param name="Band">Side n of the band (the low n x n DCT corner) that the stage draws, a multiple of <paramref name="Patch"/>.</param>
/// <param name="Patch">Side of a patch in the n x n picture of the band.</param>
/// <param name="Components">Karhunen-Loève components that a code keeps, at most 3 * Patch * Patch.</param>
public sealed record ResidualStage(string Name, int Band, int Patch, int Components)
{
    /// <summary>Patches along a side.</summary>
    public int Grid => Band / Patch;

    /// <summary>Patches of the stage, row by row.</summary>
    public int Slots => Grid * Grid;

    /// <summary>Values of a patch: three planes.</summary>
    public int Values => 3 * Patch * Patch;
}
