using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Vtok.Models.Weights;

/// <summary>Reads one array of a NumPy file (.npy, formats 1.0 to 3.0): floating point, little endian, row-major.</summary>
internal static partial class NpyFile
{
    private const int Preamble = 10; // of format 1.0: magic, version, two bytes of length
    private const int MaxDimensions = 8;
    private static readonly Dictionary<string, ScalarType> Types =
        new() { ["<f2"] = ScalarType.Float16, ["<f4"] = ScalarType.Float32, ["<f8"] = ScalarType.Float64 };

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The array as float32, in the caller's scope.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mostBytes">Largest file that is read.</param>
    /// <exception cref="CheckpointException">It is missing, damaged, too large, or of another kind.</exception>
    public static Tensor Read(string path, int mostBytes) => Parse(CheckpointFiles.ReadSmall(path, mostBytes), Path.GetFileName(path));

    /// <summary>The same of a file's bytes.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="name">What a message calls it.</param>
    /// <exception cref="CheckpointException">They are damaged or of another kind.</exception>
    public static Tensor Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < Preamble + 2 || !file[..Magic.Length].SequenceEqual(Magic) || file[6] is < 1 or > 3)
            throw Damaged("not a NumPy file");
        int start = file[6] == 1 ? Preamble : Preamble + 2;
        long length = file[6] == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(file[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (start + length > file.Length)
            throw Damaged("cut short");
        Match header = Header().Match(Encoding.ASCII.GetString(file.Slice(start, (int)length)));
        if (!header.Success || !Types.TryGetValue(header.Groups["type"].Value, out ScalarType type))
            throw new CheckpointException(CheckpointError.Unsupported, $"{name}: expected little-endian floating point in C order (numpy.save of a float32 array)");
        long[] shape = ReadShape(header.Groups["shape"].Value) ?? throw Damaged("its shape does not parse");
        ReadOnlySpan<byte> data = file[(start + (int)length)..];
        int most = data.Length;
        long count = shape.Aggregate(1L, (product, size) => product < 0 || size > most || product > most ? -1 : product * size);
        if (count < 0 || count * type.ElementSize() != data.Length)
            throw Damaged($"[{string.Join(", ", shape)}] of {header.Groups["type"].Value} does not take {data.Length} bytes");
        using DisposeScope scope = NewDisposeScope();
        Tensor array = empty(shape, type);
        data.CopyTo(array.bytes);
        return array.to(ScalarType.Float32).MoveToOuterDisposeScope();

        CheckpointException Damaged(string what) => new(CheckpointError.Malformed, $"{name}: {what}");
    }

    private static long[]? ReadShape(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        long[] shape = new long[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i]))
                return null;
        }
        return parts.Length <= MaxDimensions ? shape : null;
    }

    // A Python dictionary of three entries, which NumPy writes in alphabetical order.
    [GeneratedRegex(@"^\{'descr':\s*'(?<type>[^']*)',\s*'fortran_order':\s*False,\s*'shape':\s*\((?<shape>[0-9, ]*)\),?\s*\}\s*$")]
    private static partial Regex Header();
}
