using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary>The modules of an encoder or decoder in their order, which is the order in which they work.</summary>
internal sealed class FlexTokModules
{
    // They rearrange, hide or unpack what is there.
    private static readonly string[] Bookkeeping = ["PerSampleOp", "SequenceUnpacker", "DictKeyFilter"];

    private readonly List<FlexTokModule> _modules = [];
    private readonly HashSet<FlexTokModule> _used = [];

    public FlexTokModules(ModelConfig part)
    {
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

    /// <summary>The packer of a trunk's sequence; in a trunk with cross-attention, one packs the sequence and one the context.</summary>
    /// <param name="trunk">The trunk.</param>
    /// <param name="reads">Key of the tokens that a sequence with a context is made of.</param>
    /// <param name="context">Key of the tokens of its context.</param>
    public FlexTokModule Packer(FlexTokModule trunk, string reads, string context)
    {
        const string Class = "BlockWiseSequencePacker", Written = "packed_seq_write_key", Read = "input_list_read_keys";
        if (trunk.Class != "FlexTransformerDecoder")
            return Only(Class);
        FlexTokModule own = Packing("input_seq_read_key", reads), seen = Packing("context_seq_read_key", context);
        InOrder(seen, trunk);
        return own;

        FlexTokModule Packing(string setting, string tokens)
        {
            string key = trunk.Settings.Text(setting);
            FlexTokModule packer = OnlyWhere(Class, settings => settings.Text(Written) == key, $"that writes {Printable.Quote(key)} ({trunk.Name}.{setting})");
            RequireKeys(packer, Read, tokens);
            return packer;
        }
    }

    /// <summary>Whether there is a module of this class.</summary>
    public bool Has(string type) => _modules.Exists(module => module.Class == type);

    /// <summary>Refuses a module whose list of keys is not this one, in any order.</summary>
    public static void RequireKeys(FlexTokModule module, string setting, params string[] keys)
    {
        if (module.Settings.Find(setting) is not JsonArray found || !found.Select(key => key?.ToString() ?? "").Order().SequenceEqual(keys.Order()))
            throw module.Settings.Wrong(setting, $"[{string.Join(", ", keys.Select(Printable.Quote))}]");
    }

    /// <summary>Refuses what has no part in this arrangement but would change its numbers.</summary>
    /// <param name="harmless">Classes that may stand there beside those that only keep the books.</param>
    public void RefuseOthers(params string[] harmless)
    {
        if (_modules.Find(module => !_used.Contains(module) && !Bookkeeping.Contains(module.Class) && !harmless.Contains(module.Class)) is { } stranger)
            throw new CheckpointException(CheckpointError.Unsupported, $"config: module_dict: {stranger.Name}: {stranger.Class} has no part in this arrangement of modules");
    }

    /// <summary>Refuses modules that do not work one after the other; null is a module that this arrangement lacks.</summary>
    public static void InOrder(params FlexTokModule?[] modules)
    {
        FlexTokModule[] present = [.. modules.OfType<FlexTokModule>()];
        for (int i = 1; i < present.Length; i++)
            if (present[i].Index < present[i - 1].Index)
                throw new CheckpointException(CheckpointError.Unsupported, $"config: module_dict: {present[i].Name} stands before {present[i - 1].Name}, expected after it");
    }

    private FlexTokModule One(IEnumerable<FlexTokModule> found, string what)
    {
        FlexTokModule[] all = [.. found];
        if (all.Length != 1)
            throw new CheckpointException(CheckpointError.Unsupported,
                $"config: module_dict: {(all.Length == 0 ? "no" : all.Length)} {what}, expected one (there are: {string.Join(", ", _modules.Select(module => module.Class).Distinct())})");
        _used.Add(all[0]);
        return all[0];
    }
}
