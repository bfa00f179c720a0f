using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.Residual;

/// <summary>The stages of a residual tokenizer as data: a global stage, stages in raster order, levels in order of importance.</summary>
public sealed record ResidualConfig
{
    private const int MostStages = 16; // of each kind: bounds what a foreign config can make us hold
    private const int MostGrid = 32;

    /// <summary>The name of the family in configs and keys.</summary>
    public const string Family = "residual";

    /// <summary>Native side of a picture in pixels. Default: 256.</summary>
    public int Size { get; init; } = 256;

    /// <summary>Codes of every book. Code 0 is the zero vector. Default: 4096.</summary>
    public int Codes { get; init; } = 4096;

    /// <summary>Tokens of a whole encoding. Default: 256.</summary>
    public int Tokens { get; init; } = 256;

    /// <summary>Side of the band that the global stage draws. Default: 8.</summary>
    public int GlobalBand { get; init; } = 8;

    /// <summary>Components of each global token, in descending order of variance.</summary>
    public IReadOnlyList<int> GlobalGroups { get; init; } = [3, 3, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6];

    /// <summary>Stages whose tokens go row by row, all of one grid or of grids that divide the levels' grid.</summary>
    public IReadOnlyList<ResidualStage> Stages { get; init; } =
        [new("A", 32, 8, 32), new("B1", 48, 12, 40), new("B2", 48, 12, 40)];

    /// <summary>Levels of refinement of one common grid; a patch takes them in this order, the patches in order of importance.</summary>
    public IReadOnlyList<ResidualStage> Levels { get; init; } =
        [new("C", 64, 8, 28), new("D", 80, 10, 40), new("E1", 96, 12, 48), new("E2", 96, 12, 48), new("E3", 96, 12, 48)];

    /// <summary>Values of the global band: three planes.</summary>
    public int GlobalValues => 3 * GlobalBand * GlobalBand;

    /// <summary>Components of all global tokens.</summary>
    public int GlobalComponents => GlobalGroups.Sum();

    /// <summary>Tokens before the levels: the global ones and those in raster order.</summary>
    public int CoarseTokens => GlobalGroups.Count + Stages.Sum(s => s.Slots);

    /// <summary>Patches of a level.</summary>
    public int Patches => Levels[0].Slots;

    /// <summary>Largest band of any stage: nothing above it is ever drawn.</summary>
    public int Band => Math.Max(GlobalBand, AllStages.Max(s => s.Band));

    /// <summary>Raster stages, then levels.</summary>
    public IEnumerable<ResidualStage> AllStages => Stages.Concat(Levels);

    /// <summary>Checks that the stages fit together.</summary>
    /// <exception cref="CheckpointException">They do not; the message names the value.</exception>
    public void Validate()
    {
        Require(Size is >= 8 and <= 4096, "size", Size, "8..4096");
        Require(Codes is >= 2 and <= 65536, "codes", Codes, "2..65536");
        Require(GlobalBand >= 1 && GlobalBand <= Size, "global.band", GlobalBand, $"1..{Size}");
        Require(GlobalGroups.Count > 0 && GlobalGroups.All(g => g >= 1) && GlobalComponents <= GlobalValues,
            "global.groups", $"[{string.Join(", ", GlobalGroups)}]", $"positive numbers with a sum of at most {GlobalValues}");
        Require(Stages.Count is >= 1 and <= MostStages, "stages", Stages.Count, $"1..{MostStages} entries");
        Require(Levels.Count is >= 2 and <= MostStages, "levels", Levels.Count, $"2..{MostStages} entries");
        Require(AllStages.All(s => s.Name is { Length: > 0 } name && name.All(char.IsAsciiLetterOrDigit)), "stages", "names", "letters and digits");
        Require(AllStages.DistinctBy(s => s.Name).Count() == Stages.Count + Levels.Count, "stages", "names", "different names");
        foreach (ResidualStage stage in AllStages)
        {
            Require(stage.Patch >= 1 && stage.Band >= stage.Patch && stage.Band % stage.Patch == 0 && stage.Band <= Size,
                $"{stage.Name}.band", stage.Band, $"a multiple of the patch, at most {Size}");
            Require(stage.Grid <= MostGrid, $"{stage.Name}.grid", stage.Grid, $"at most {MostGrid} patches a side");
            Require(stage.Components >= 1 && stage.Components <= stage.Values, $"{stage.Name}.components", stage.Components, $"1..{stage.Values}");
        }
        foreach (ResidualStage level in Levels)
            Require(level.Grid == Levels[0].Grid, $"{level.Name}.grid", level.Grid, $"the other levels' grid {Levels[0].Grid}");
        foreach (ResidualStage stage in Stages)
            Require(Levels[0].Grid % stage.Grid == 0 && stage.Patch % (Levels[0].Grid / stage.Grid) == 0,
                $"{stage.Name}.grid", stage.Grid, "one that divides the levels' grid, and the patch with it");
        Require(Tokens >= CoarseTokens && Tokens <= CoarseTokens + Levels.Sum(l => l.Slots), "tokens", Tokens,
            $"{CoarseTokens}..{CoarseTokens + Levels.Sum(l => l.Slots)}");
    }

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="CheckpointException">Something is missing, of the wrong type, or does not fit.</exception>
    public static ResidualConfig Parse(JsonNode? json)
    {
        try
        {
            JsonObject root = json!.AsObject();
            ResidualConfig config = new()
            {
                Size = (int)root["size"]!,
                Codes = (int)root["codes"]!,
                Tokens = (int)root["tokens"]!,
                GlobalBand = (int)root["global"]!["band"]!,
                GlobalGroups = [.. root["global"]!["groups"]!.AsArray().Select(g => (int)g!)],
                Stages = ReadStages(root["stages"]!),
                Levels = ReadStages(root["levels"]!),
            };
            config.Validate();
            return config;
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new CheckpointException(CheckpointError.BadConfig,
                "config of a residual tokenizer: there must be size, codes, tokens, global {band, groups}, "
                + "stages and levels [{name, band, patch, components}]", e);
        }
    }

    /// <summary>The config.json that <see cref="Parse"/> reads.</summary>
    public JsonObject ToJson() => new()
    {
        ["family"] = Family,
        ["size"] = Size,
        ["codes"] = Codes,
        ["tokens"] = Tokens,
        ["global"] = new JsonObject { ["band"] = GlobalBand, ["groups"] = new JsonArray([.. GlobalGroups.Select(g => (JsonNode)g)]) },
        ["stages"] = WriteStages(Stages),
        ["levels"] = WriteStages(Levels),
    };

    private static ResidualStage[] ReadStages(JsonNode json) =>
        [.. json.AsArray().Select(s => new ResidualStage((string)s!["name"]!, (int)s["band"]!, (int)s["patch"]!, (int)s["components"]!))];

    private static JsonArray WriteStages(IEnumerable<ResidualStage> stages) =>
        new([.. stages.Select(s => (JsonNode)new JsonObject
        {
            ["name"] = s.Name,
            ["band"] = s.Band,
            ["patch"] = s.Patch,
            ["components"] = s.Components,
        })]);

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds)
            throw new CheckpointException(CheckpointError.BadConfig, $"config of a residual tokenizer: {name} is {value}, expected {expected}");
    }
}
