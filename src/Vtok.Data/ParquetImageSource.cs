using System.Text.Json;

namespace Vtok.Data;

/// <summary>Image tables in Parquet files, as Hugging Face's data sets are stored: a row a picture.</summary>
/// <remarks>Picture: a column image, image_bytes, img, picture, jpg, jpeg, png or webp, either binary or a struct of bytes and path. Class: label, cls
/// or class, of integers or strings. Caption: caption or text. Features, where they are wanted: text_features, the bytes of .npy files. Other columns are not read. Rows are read by whole row groups, of which the last used
/// stay in memory; <see cref="Blocks"/> tells a loader to shuffle so that each is read about once an epoch.</remarks>
public sealed class ParquetImageSource : ISampleSource
{
    /// <summary>Memory that row groups may take unless three of them need more.</summary>
    public const long DefaultMemoryBytes = 512L << 20;

    private const int Spare = 2; // for the next groups, while workers still read the last pictures of the ones before
    private readonly ParquetTable[] _tables;
    private readonly (int Table, int Group)[] _groups;
    private readonly int[] _starts;
    private readonly Dictionary<string, int> _classes = new(StringComparer.Ordinal);
    private readonly RowGroupCache _cache;

    /// <summary>Reads the footers of a table's files, and the classes where they are strings.</summary>
    /// <param name="pattern">A .parquet file, a brace or wildcard pattern of them, or a folder with .parquet files.</param>
    /// <param name="memoryBytes">Memory for row groups; there is always room for three.</param>
    /// <param name="features">Whether every picture must have features; without, they are not read.</param>
    /// <exception cref="DatasetException">A file is missing, cut short or damaged, has no column of pictures, or there is no row in any.</exception>
    public ParquetImageSource(string pattern, long memoryBytes = DefaultMemoryBytes, bool features = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(memoryBytes);
        Name = pattern;
        _tables = [.. ShardFiles.Find(pattern, ".parquet").Select(file => ParquetTable.Open(file, features))];
        _groups = [.. _tables.SelectMany((table, t) => Enumerable.Range(0, table.Groups.Count).Where(g => table.Groups[g].Rows > 0).Select(g => (t, g)))];
        _starts = new int[_groups.Length];
        long count = 0, largest = 1;
        for (int i = 0; i < _groups.Length; i++)
        {
            ParquetGroup group = GroupOf(i);
            _starts[i] = (int)count;
            largest = Math.Max(largest, group.PictureBytes);
            if ((count += group.Rows) > int.MaxValue)
                throw new DatasetException(DatasetError.Damaged, $"{pattern}: more than {int.MaxValue} rows");
        }
        if (count == 0)
            throw new DatasetException(DatasetError.Empty, $"{pattern}: no row in {_tables.Length} files");
        Count = (int)count;
        int kept = (int)Math.Clamp(memoryBytes / largest, 1 + Spare, 1 << 20);
        Blocks = new SampleBlocks(_starts, kept - Spare);
        _cache = new RowGroupCache(kept, i => _tables[_groups[i].Table].Read(_groups[i].Group, _classes));
        ClassNames = _tables.Any(table => table.HasTextLabels) ? FromLabels() : FromFeatures(_tables[0].Features);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public SampleBlocks? Blocks { get; }

    /// <inheritdoc/>
    public string Locate(int index)
    {
        int block = BlockOf(index);
        return $"{_tables[_groups[block].Table].Name}: row {GroupOf(block).FirstRow + index - _starts[block]}";
    }

    /// <inheritdoc/>
    public Sample Read(int index)
    {
        int block = BlockOf(index);
        Sample sample = _cache[block][index - _starts[block]];
        if (sample.Features is { IsEmpty: true })
            throw new DatasetException(DatasetError.NoFeatures, $"{Locate(index)} has no bytes of features");
        return sample.Picture.Length switch
        {
            0 => throw new DatasetException(DatasetError.Damaged, $"{Locate(index)} has no bytes of a picture"),
            > (int)PictureNames.MaxFileBytes => throw new DatasetException(DatasetError.Damaged,
                $"{Locate(index)}: {sample.Picture.Length} bytes, at most {PictureNames.MaxFileBytes} are read"),
            _ => sample,
        };
    }

    /// <summary>Nothing is held open.</summary>
    public void Dispose() { }

    private int BlockOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        int found = Array.BinarySearch(_starts, index);
        return found < 0 ? ~found - 1 : found;
    }

    private ParquetGroup GroupOf(int block) => _tables[_groups[block].Table].Groups[_groups[block].Group];

    /// <summary>Ids in ordinal order of the names.</summary>
    private string[] FromLabels()
    {
        string[] names = [.. _tables.Where(table => table.HasTextLabels).SelectMany(table => table.LabelNames()).Distinct().Order(StringComparer.Ordinal)];
        for (int id = 0; id < names.Length; id++)
            _classes[names[id]] = id;
        return names;
    }

    /// <summary>The names of a class column that Hugging Face's writer left in the footer: info.features.label.names.</summary>
    private static string[] FromFeatures(string? features)
    {
        if (features is null)
            return [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(features);
            JsonElement at = document.RootElement;
            foreach (string name in (string[])["info", "features", "label", "names"])
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                    return [];
            }
            return at.ValueKind == JsonValueKind.Array ? [.. at.EnumerateArray().Select(name => name.ToString())] : [];
        }
        catch (JsonException)
        {
            return []; // a remark of another program; the table does not need it
        }
    }
}
