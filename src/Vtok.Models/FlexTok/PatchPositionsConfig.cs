namespace Vtok.Models.FlexTok;

/// <summary>Positions of patches, with the published names in brackets.</summary>
public sealed record PatchPositionsConfig
{
    /// <summary>What they are made of (posemb_type). Default: <see cref="PositionKind.SinesAndCosines"/>.</summary>
    public PositionKind Kind { get; init; }

    /// <summary>Whether a smaller grid takes the whole table, resized, instead of its top left part (posemb_scaling "interpolate"). Default: false.</summary>
    public bool Interpolated { get; init; }

    /// <summary>Throws when such positions cannot be made for a grid.</summary>
    /// <exception cref="ArgumentException">Says what was expected.</exception>
    public void Validate(IReadOnlyList<int> grid)
    {
        if (Kind != PositionKind.SinesAndCosines && grid[0] != grid[1])
            throw new ArgumentException($"max_sizes [{string.Join(", ", grid)}]: learned positions need one size for both axes, whose vectors are one tensor");
    }
}
