using Vtok.Training.Recipes;

namespace Vtok.Training.Measures;

/// <summary>How a task looks after the codebooks of its quantizer.</summary>
public sealed record CodebookSettings
{
    /// <summary>Whether codebooks start on clusters of features instead of as they were drawn.</summary>
    public bool Cluster { get; init; }

    /// <summary>Steps at the beginning in which vectors pass unquantized; with clusters at least 1, and these steps' features are clustered.</summary>
    public int Free { get; init; }

    /// <summary>How many of the last free steps give the features to cluster.</summary>
    public int Gather { get; init; } = 8;

    /// <summary>Steps of the window over which usage, perplexity and dead codes are told.</summary>
    public int Window { get; init; } = 100;

    /// <summary>Whether codes that nothing chose over a window are moved at its end.</summary>
    public bool Revive { get; init; }

    /// <summary>Last step at which codes are moved; 0 means no end.</summary>
    public int ReviveUntil { get; init; }

    internal static CodebookSettings Read(RecipeSection section)
    {
        bool cluster = section.Choice("start", "drawn", "drawn", "kmeans") == "kmeans";
        var settings = new CodebookSettings
        {
            Cluster = cluster,
            Free = section.Integer("free", cluster ? 1 : 0, 0, 1_000_000_000),
            Gather = section.Integer("gather", 8, 1, 1000),
            Window = section.Integer("window", 100, 1, 1_000_000),
            Revive = section.Flag("revive", false),
            ReviveUntil = section.Integer("reviveUntil", 0, 0, int.MaxValue),
        };
        if (cluster && settings.Free == 0)
            section.Fault("free", "clusters need features: at least 1 free step");
        return settings;
    }
}
