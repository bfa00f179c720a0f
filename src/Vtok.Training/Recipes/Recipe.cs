using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Recipes;

/// <summary>What to train and how: read from JSON, checked as a whole, saved with every run.</summary>
public sealed record Recipe
{
    private const long MostBytes = 1 << 20;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };
    private static readonly string[] Precisions = ["fp32", "tf32", "bf16"]; // in the order of TrainingPrecision
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of task that follows it.</summary>
    public required TaskKind Kind { get; init; }

    /// <summary>Settings of the task, as its kind read them.</summary>
    public required object Settings { get; init; }

    /// <summary>Seed of every random draw.</summary>
    public required int Seed { get; init; }

    /// <summary>Steps of the optimizer.</summary>
    public required int Steps { get; init; }

    /// <summary>Samples a step, over all processes and micro-batches.</summary>
    public required int Batch { get; init; }

    /// <summary>Micro-batches of a step in each process, whose gradients are added up before the weights move.</summary>
    public required int Accumulate { get; init; }

    /// <summary>What the network computes in.</summary>
    public required TrainingPrecision Precision { get; init; }

    /// <summary>Whether that is bfloat16.</summary>
    public bool Bfloat16 => Precision == TrainingPrecision.Bfloat16;

    /// <summary>Decay of the exponential average of the weights, per step.</summary>
    public required double Average { get; init; }

    /// <summary>Optimizer.</summary>
    public required OptimizerRecipe Optimizer { get; init; }

    /// <summary>Learning rate over the steps.</summary>
    public required ScheduleRecipe Schedule { get; init; }

    /// <summary>When to log, validate, save and draw.</summary>
    public required IntervalRecipe Every { get; init; }

    /// <summary>Which checkpoints stay.</summary>
    public required KeepRecipe Keep { get; init; }

    /// <summary>When it stops by itself.</summary>
    public required HealthRecipe Health { get; init; }

    /// <summary>Folder of the file that it was read from, where weights are looked for too; null where it is no file.</summary>
    internal string? Folder { get; init; }

    /// <summary>The recipe with every default written out and weights that are there by their full paths, as indented JSON.</summary>
    public required string Json { get; init; }

    /// <summary>Reads a recipe file.</summary>
    /// <param name="path">A JSON file; comments and trailing commas are allowed.</param>
    /// <param name="overrides">Values such as "optimizer.lr=3e-4" that replace those of the file.</param>
    /// <exception cref="RecipeException">Unreadable, no JSON, or with faults (all of them are listed).</exception>
    public static Recipe Load(string path, IReadOnlyList<string>? overrides = null)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes and var length })
                throw new RecipeException(RecipeError.Unreadable, $"{path}: {length} bytes, and recipes have at most {MostBytes} (is it pictures or a checkpoint? recipes end in .json)");
            return Parse(File.ReadAllText(path), overrides, path, Path.GetDirectoryName(Path.GetFullPath(path)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RecipeException(RecipeError.Unreadable, $"{path}: is not there (recipes end in .json; see trainers/recipes)", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecipeException(RecipeError.Unreadable,
                $"{path}: {(Directory.Exists(path) ? "is a folder, expected a recipe file" : e is UnauthorizedAccessException ? "may not be read (check its permissions)" : e.Message)}", e);
        }
    }

    /// <summary>Reads the text of a recipe.</summary>
    /// <param name="json">The text.</param>
    /// <param name="overrides">Values such as "optimizer.lr=3e-4" that replace those of the text.</param>
    /// <param name="source">What to call the text in messages.</param>
    /// <exception cref="RecipeException">No JSON, or with faults (all of them are listed).</exception>
    public static Recipe Parse(string json, IReadOnlyList<string>? overrides = null, string source = "recipe") => Parse(json, overrides, source, null);

    private static Recipe Parse(string json, IReadOnlyList<string>? overrides, string source, string? folder)
    {
        JsonObject root;
        try
        {
            root = JsonNode.Parse(json, documentOptions: Lenient) as JsonObject
                ?? throw new RecipeException(RecipeError.NotJson, $"{source}: not a JSON object (recipes begin with {{ and end with }})");
        }
        catch (JsonException e)
        {
            throw new RecipeException(RecipeError.NotJson, $"{source}: " + (string.IsNullOrWhiteSpace(json) ? "is empty, expected a JSON object"
                : $"not proper JSON{(e.LineNumber is { } line ? $" at line {line + 1}, byte {e.BytePositionInLine + 1}" : "")}: {e.Message.Split(" LineNumber:")[0]}"), e);
        }

        var faults = new List<RecipeFault>();
        foreach (string assignment in overrides ?? [])
            Assign(root, assignment, faults);
        var reader = new RecipeSection(root, "", faults, new RecipePlaces(folder));
        string name = reader.RequiredText("name");
        string? task = reader.RequiredChoice("task", [.. TaskKinds.All.Select(kind => kind.Name)]);
        TaskKind kind = TaskKinds.All.First(kind => task is null || kind.Name == task);
        if (task is null)
            reader.LeaveUnread("settings");
        var recipe = new Recipe
        {
            Name = name,
            Kind = kind,
            Seed = reader.Integer("seed", 0, 0, int.MaxValue),
            Steps = reader.Integer("steps", 1000, 1, int.MaxValue),
            Batch = reader.Integer("batch", 16, 1, 65536),
            Accumulate = reader.Integer("accumulate", 1, 1, 65536),
            Precision = (TrainingPrecision)Array.IndexOf(Precisions, reader.Choice("precision", Precisions[0], Precisions)),
            Average = reader.Number("average", 0.995, 0, 0.999999),
            Optimizer = OptimizerRecipe.Read(reader.Section("optimizer")),
            Schedule = ScheduleRecipe.Read(reader.Section("schedule")),
            Every = IntervalRecipe.Read(reader.Section("every")),
            Keep = KeepRecipe.Read(reader.Section("keep")),
            Health = HealthRecipe.Read(reader.Section("health")),
            Settings = task is null ? "" : kind.ReadSettings(reader.Section("settings")),
            Folder = folder,
            Json = "",
        };
        if (recipe.Batch % recipe.Accumulate != 0)
            reader.Fault("accumulate", $"{recipe.Accumulate} does not divide the batch of {recipe.Batch}");
        reader.Close();
        return faults.Count == 0 ? recipe with { Json = reader.Resolved.ToJsonString(Indented) } : throw new RecipeException(source, faults);
    }

    /// <summary>Writes recipe.json into a run folder, whole or not at all.</summary>
    internal void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, "recipe.json"), temporary = path + ".tmp";
        File.WriteAllText(temporary, Json + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Whether a recipe's text says the same, keys that it lacks standing at their defaults.</summary>
    internal bool Says(string json)
    {
        try
        {
            return json == Json || Parse(json, null, "", Folder).Json == Json;
        }
        catch (RecipeException)
        {
            return false; // of a version that knew other keys
        }
    }

    private static void Assign(JsonObject root, string assignment, List<RecipeFault> faults)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            faults.Add(new RecipeFault(assignment, "expected path=value, such as optimizer.lr=3e-4"));
            return;
        }

        string[] names = assignment[..equals].Split('.');
        JsonObject place = root;
        foreach (string name in names[..^1])
        {
            if (place[name] is not JsonObject inner)
                place[name] = inner = [];
            place = inner;
        }
        string text = assignment[(equals + 1)..];
        try
        {
            place[names[^1]] = JsonNode.Parse(text, documentOptions: Lenient);
        }
        catch (JsonException)
        {
            place[names[^1]] = text; // what is no JSON is a plain text: look=vivid
        }
    }
}
