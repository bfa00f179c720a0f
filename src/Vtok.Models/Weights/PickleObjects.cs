namespace Vtok.Models.Weights;

/// <summary>Turns the few Python calls that checkpoints consist of into values; every other call into an opaque object.</summary>
internal static class PickleObjects
{
    private const int MostDimensions = 64;

    // Modules that a checkpoint names only to run code. Nothing runs here in any case: the refusal is a warning about the file.
    private static readonly HashSet<string> Dangerous =
    [
        "os", "posix", "nt", "sys", "subprocess", "commands", "runpy", "importlib", "pty", "socket", "shutil", "webbrowser", "code", "codeop", "ctypes",
        "pickle", "_pickle", "cPickle", "marshal", "asyncio", "multiprocessing", "urllib", "http", "requests", "pip", "pdb", "bdb", "timeit", "trace", "profile", "cProfile",
    ];

    private static readonly HashSet<string> HarmlessBuiltins =
        ["set", "frozenset", "list", "dict", "tuple", "int", "long", "float", "str", "unicode", "bool", "bytes", "bytearray", "complex", "slice", "range", "xrange", "object"];

    /// <summary>A Python name as it is read.</summary>
    /// <exception cref="CheckpointException">It is one that could run code (<see cref="CheckpointError.Unsafe"/>).</exception>
    public static PickleGlobal Global(string module, string name)
    {
        string top = module.Split('.')[0];
        bool builtin = top is "builtins" or "__builtin__";
        if (builtin ? !HarmlessBuiltins.Contains(name) : Dangerous.Contains(top))
            throw new CheckpointException(CheckpointError.Unsafe, $"it names {Printable.Quote($"{module}.{name}")}, which could run code; nothing was run (do not trust this file)");
        return new PickleGlobal(module, name);
    }

    /// <summary>The value of a call, or an opaque object; nothing is called.</summary>
    public static object? Call(object? function, object? arguments)
    {
        if (function is not PickleGlobal global || arguments is not PickleTuple { Items: var given })
            return new PickleOpaque((function as PickleOpaque)?.Class ?? "?");
        return (global.Module, global.Name) switch
        {
            ("collections", "OrderedDict") => OrderedDictionary(given),
            ("torch._utils", "_rebuild_tensor" or "_rebuild_tensor_v2") => Tensor(given, null),
            ("torch._utils", "_rebuild_tensor_v3") when given.Length > 6 => Tensor(given, given[6]),
            ("torch._utils", "_rebuild_parameter" or "_rebuild_parameter_with_state") => given is [PickleTensor tensor, ..] ? tensor : throw Bad("a parameter without a tensor"),
            ("torch._tensor", "_rebuild_from_type_v2") when given is [PickleGlobal { Module: "torch._utils" } inner, _, PickleTuple, ..] => Call(inner, given[2]), // a tensor with attributes
            ("torch", "Size") when given is [PickleTuple or PickleList] => given[0],
            _ => new PickleOpaque($"{global.Module}.{global.Name}"),
        };
    }

    /// <summary>The storage that a persistent id ("storage", type, key, location, count) stands for.</summary>
    public static PickleStorage Storage(object? id)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal { Module: "torch" or "torch.storage" } type, string key, _, long count, ..] } || count < 0)
            throw Bad("a persistent id that is no storage");
        bool untyped = type.Name == "UntypedStorage";
        ScalarType? element = TensorTypes.OfTorch(type.Name);
        return untyped || element is not null
            ? new PickleStorage(key, element, count)
            : throw new CheckpointException(CheckpointError.Unsupported, $"storage type {Printable.Quote(type.Name)} is not read");
    }

    private static PickleDictionary OrderedDictionary(object?[] given)
    {
        var members = new Dictionary<string, object?>();
        if (given is [PickleList { Items: var pairs }])
            foreach (object? pair in pairs)
                if (((pair as PickleTuple)?.Items ?? (IReadOnlyList<object?>?)(pair as PickleList)?.Items) is [string key, var value])
                    members[key] = value;
        return new PickleDictionary(members);
    }

    private static PickleTensor Tensor(object?[] given, object? type)
    {
        if (given is not [PickleStorage storage, long offset, var sizes, var strides, ..])
            throw Bad("a tensor without storage, offset, sizes and strides");
        ScalarType? element = type is PickleGlobal { Module: "torch", Name: var name } ? TensorTypes.OfTorch(name) : storage.Type;
        return new PickleTensor(storage, element ?? throw new CheckpointException(CheckpointError.Unsupported, "a tensor of a type that is not read"), offset, Numbers(sizes), Numbers(strides));
    }

    private static long[] Numbers(object? list)
    {
        IReadOnlyList<object?> items = list switch { PickleTuple tuple => tuple.Items, PickleList other => other.Items, _ => throw Bad("sizes that are no tuple") };
        if (items.Count > MostDimensions || items.Any(item => item is not long))
            throw Bad($"sizes that are not at most {MostDimensions} whole numbers");
        return [.. items.Cast<long>()];
    }

    private static CheckpointException Bad(string what) => new(CheckpointError.Malformed, $"its pickle holds {what}");
}
