namespace Vtok.Models.Weights;

/// <summary>Element types as files name them.</summary>
internal static class TensorTypes
{
    private static readonly (string Name, ScalarType Type, int Size)[] Table =
    [
        ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2), ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>The safetensors names, for messages.</summary>
    public static string Known => string.Join(", ", Table.Select(row => row.Name));

    /// <summary>The type of a safetensors name.</summary>
    public static bool TryParse(string name, out ScalarType type)
    {
        int row = Array.FindIndex(Table, row => row.Name == name);
        type = row < 0 ? default : Table[row].Type;
        return row >= 0;
    }

    /// <summary>The type of a PyTorch name, as in torch.FloatStorage or torch.float32.</summary>
    public static ScalarType? OfTorch(string name) => name switch
    {
        "FloatStorage" or "float32" or "float" => ScalarType.Float32,
        "DoubleStorage" or "float64" or "double" => ScalarType.Float64,
        "HalfStorage" or "float16" or "half" => ScalarType.Float16,
        "BFloat16Storage" or "bfloat16" => ScalarType.BFloat16,
        "LongStorage" or "int64" or "long" => ScalarType.Int64,
        "IntStorage" or "int32" or "int" => ScalarType.Int32,
        "ShortStorage" or "int16" or "short" => ScalarType.Int16,
        "CharStorage" or "int8" => ScalarType.Int8,
        "ByteStorage" or "uint8" => ScalarType.Byte,
        "BoolStorage" or "bool" => ScalarType.Bool,
        _ => null,
    };

    /// <summary>The safetensors name of a type, or null for one that the format has no name for.</summary>
    public static string? NameOf(ScalarType type) => Array.Find(Table, row => row.Type == type).Name;

    /// <summary>Bytes of one element of a type of the table.</summary>
    public static int SizeOf(ScalarType type) => Array.Find(Table, row => row.Type == type).Size;
}
