namespace Vtok.Parity;

/// <summary>All runners, one line each.</summary>
public static class CaseRunners
{
    /// <summary>Runners of cases (folders with a case.json).</summary>
    public static IReadOnlyList<ICaseRunner> All { get; } =
    [
        new Perceptual.MobileNetRunner(),
        new Perceptual.LpipsRunner(),
    ];

    /// <summary>Builders of full-size models for manifest-*.json.</summary>
    public static IReadOnlyList<IManifestBuilder> Manifests { get; } =
    [
    ];

    /// <summary>Runners of the other JSON files that lie beside the cases.</summary>
    public static IReadOnlyList<IFileRunner> Files { get; } =
    [
        new Perceptual.KodakBlocksRunner(),
    ];
}
