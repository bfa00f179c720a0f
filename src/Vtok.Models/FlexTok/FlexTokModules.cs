using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary>A module of a tree.</summary>
/// <param name="Name">Its name, which its parameters carry.</param>
/// <param name="Class">Its class without the package path.</param>
/// <param name="Index">Its place in the order of work.</param>
/// <param name="Settings">Its settings.</param>
internal sealed record FlexTokModule(string Name, string Class, int Index, ModelConfig Settings);

/// <summary>The modules of an encoder or decoder in their order, which is the order in which they work.</summary>
internal sealed class FlexTokModules
{
    private readonly ModelConfig _part;
    private readonly List<FlexTokModule> _modules = [];

    public FlexTokModules(ModelConfig part)
    {
        _part = part;
        if (FlexTokTargets.ClassOf(part.Root) != "SequentialModuleDictWrapper")
            throw part.Wrong(FlexTokTargets.Member, "SequentialModuleDictWrapper");
        if (part.Find("module_dict") is not JsonObject table)
            throw part.Wrong("module_dict", "a table of modules");
        foreach ((string name, JsonNode? node) in table)
        {
            if (name.Contains('.') || FlexTokTargets.ClassOf(node) is not { } type)
                throw new CheckpointException(CheckpointError.BadConfig, $"config: module_dict.{name}: expected a module with a {FlexTokTargets.Member} and a name without dots");
            _modules.Add(new FlexTokModule(name, type, _modules.Count, part.Section($"module_dict.{name}")));
        }
    }

    /// <summary>The one module of any of these classes.</summary>
    public FlexTokModule Only(params string[] classes) => One(_modules.Where(module => classes.Contains(module.Class)), string.Join(" or ", classes));

    /// <summary>The one module of a class that fits.</summary>
    public FlexTokModule OnlyWhere(string type, Func<ModelConfig, bool> fits, string what) =>
        One(_modules.Where(module => module.Class == type && fits(module.Settings)), $"{type} {what}");

    /// <summary>Refuses modules that do not work one after the other.</summary>
    public static void InOrder(params ReadOnlySpan<FlexTokModule> modules)
    {
        for (int i = 1; i < modules.Length; i++)
            if (modules[i].Index < modules[i - 1].Index)
                throw new CheckpointException(CheckpointError.Unsupported, $"config: module_dict: {modules[i].Name} stands before {modules[i - 1].Name}, expected after it");
    }

    private FlexTokModule One(IEnumerable<FlexTokModule> found, string what)
    {
        FlexTokModule[] all = [.. found];
        return all.Length == 1 ? all[0] : throw new CheckpointException(CheckpointError.Unsupported,
            $"config: module_dict: {(all.Length == 0 ? "no" : all.Length)} {what}, expected one (there are: {string.Join(", ", _modules.Select(module => module.Class).Distinct())})");
    }
}
