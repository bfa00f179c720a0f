namespace Vtok.Models.Weights;

/// <summary>What a pickle can hold beside null, bool, long, double, string and byte[]. Inert data: nothing of it ever runs.</summary>
internal abstract record PickleValue;

/// <summary>A list, or a set.</summary>
internal sealed record PickleList(List<object?> Items) : PickleValue;

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object?[] Items) : PickleValue;

/// <summary>A dictionary; members under keys that are no text are dropped, nothing reads them.</summary>
internal sealed record PickleDictionary(Dictionary<string, object?> Members) : PickleValue;

/// <summary>A Python name, not looked up anywhere.</summary>
internal sealed record PickleGlobal(string Module, string Name) : PickleValue;

/// <summary>An object of a class that this reader does not know, such as argparse.Namespace; its contents are dropped.</summary>
internal sealed record PickleOpaque(string Class) : PickleValue;

/// <summary>A storage entry of the archive.</summary>
/// <param name="Key">Its name under data/.</param>
/// <param name="Type">Element type, or null for raw bytes.</param>
/// <param name="Count">Elements, or bytes without a type.</param>
internal sealed record PickleStorage(string Key, ScalarType? Type, long Count) : PickleValue;

/// <summary>A strided view of a storage; offset, sizes and strides in elements and not checked yet.</summary>
internal sealed record PickleTensor(PickleStorage Storage, ScalarType Type, long Offset, long[] Sizes, long[] Strides) : PickleValue;
