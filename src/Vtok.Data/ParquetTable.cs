using System.Buffers.Binary;
using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace Vtok.Data;

/// <summary>One Parquet file of an image table. Nothing is held open: every reading opens the file anew, so threads share nothing.</summary>
internal sealed class ParquetTable
{
    private const int MostRows = 1 << 24; // of a group, since the footer is believed before its pages are seen

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    private readonly string _path;
    private readonly ParquetColumns _columns;

    private ParquetTable(string path, ParquetColumns columns, IReadOnlyList<ParquetGroup> groups, string? features, bool hasTextLabels) => // features: of Hugging Face
        (_path, _columns, Groups, Features, HasTextLabels) = (path, columns, groups, features, hasTextLabels);

    /// <summary>File name for messages.</summary>
    public string Name => Path.GetFileName(_path);

    /// <summary>Row groups in order.</summary>
    public IReadOnlyList<ParquetGroup> Groups { get; }

    /// <summary>What Hugging Face's writer says about the columns (JSON), or null.</summary>
    public string? Features { get; }

    /// <summary>Whether classes are names.</summary>
    public bool HasTextLabels { get; }

    /// <summary>Reads the footer of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">Whether its column of arrays is wanted; without, it is not read.</param>
    /// <exception cref="DatasetException">It is missing, cut short, damaged, or has no column of pictures, or none of arrays where these are wanted.</exception>
    public static ParquetTable Open(string path, bool arrays) => Guarded(path, path, reader =>
    {
        ParquetColumns columns = ParquetColumns.Of(reader.Schema, path);
        if (arrays && columns.Features is null)
            throw new DatasetException(DatasetError.NoFeatures, $"{path}: its pictures have no features: no column {ParquetColumns.FeaturesColumn} (bytes of .npy files)");
        columns = arrays ? columns : columns with { Features = null };
        var groups = new List<ParquetGroup>();
        for (int i = 0, first = 0; i < reader.RowGroupCount; first += groups[i++].Rows)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            long bytes = ((string?[])[columns.Picture, columns.Features]).OfType<string>()
                .Sum(column => group.GetMetadata(Column(reader, column))?.MetaData?.TotalUncompressedSize ?? 0);
            if (group.RowCount is < 0 or > MostRows)
                throw new DatasetException(DatasetError.Damaged, $"{path}: row group {i} has {group.RowCount} rows, at most {MostRows} are read");
            groups.Add(new ParquetGroup(first, (int)group.RowCount, bytes));
        }
        bool hasTextLabels = columns.Label is { } label && ParquetColumns.IsText(Column(reader, label));
        return new ParquetTable(path, columns, groups, reader.CustomMetadata.GetValueOrDefault("huggingface"), hasTextLabels);
    });

    /// <summary>The names of the classes that occur in a file of text labels.</summary>
    public IReadOnlyCollection<string> LabelNames() => Guarded(_path, Name, reader =>
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < reader.RowGroupCount; i++)
        {
            using ParquetRowGroupReader group = reader.OpenRowGroupReader(i);
            names.UnionWith(Texts(group, Column(reader, _columns.Label!)).OfType<string>());
        }
        return names;
    });

    /// <summary>All samples of a row group; those without bytes have an empty picture.</summary>
    /// <param name="index">Row group.</param>
    /// <param name="classes">Ids of text labels.</param>
    public Sample[] Read(int index, IReadOnlyDictionary<string, int> classes) => Guarded(_path, $"{Name}, row group {index}", reader =>
    {
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(index);
        byte[]?[] pictures = Bytes(group, Column(reader, _columns.Picture));
        byte[]?[]? arrays = _columns.Features is { } features ? Bytes(group, Column(reader, features)) : null;
        string?[]? names = _columns.Name is { } name ? Texts(group, Column(reader, name)) : null;
        string?[]? captions = _columns.Caption is { } caption ? Texts(group, Column(reader, caption)) : null;
        int?[]? labels = _columns.Label is { } label ? Labels(group, Column(reader, label), classes) : null;
        return Enumerable.Range(0, pictures.Length)
            .Select(i => new Sample(Key(names?[i], Groups[index].FirstRow + i), pictures[i], labels?[i], captions?[i], arrays is null ? (ReadOnlyMemory<byte>?)null : arrays[i] ?? []))
            .ToArray();
    });

    private static string Key(string? name, int row) =>
        string.IsNullOrEmpty(name) ? row.ToString(CultureInfo.InvariantCulture) : PictureNames.Key(name);

    private static DataField Column(ParquetReader reader, string path) => reader.Schema.DataFields.First(field => field.Path.ToString() == path);

    private static byte[]?[] Bytes(ParquetRowGroupReader group, DataField field) => Values<ReadOnlyMemory<byte>, byte[]?>(group, field, bytes => bytes.ToArray());

    private static string?[] Texts(ParquetRowGroupReader group, DataField field) => Values<ReadOnlyMemory<char>, string?>(group, field, text => text.ToString());

    private static int?[] Labels(ParquetRowGroupReader group, DataField field, IReadOnlyDictionary<string, int> classes) => field.ClrType switch
    {
        Type text when text == typeof(ReadOnlyMemory<char>) => Values<ReadOnlyMemory<char>, int?>(group, field, name => classes[name.ToString()]),
        Type type when type == typeof(long) => Values<long, int?>(group, field, Id),
        Type type when type == typeof(int) => Values<int, int?>(group, field, id => Id(id)),
        Type type when type == typeof(short) => Values<short, int?>(group, field, id => Id(id)),
        Type type when type == typeof(sbyte) => Values<sbyte, int?>(group, field, id => Id(id)),
        Type type when type == typeof(ulong) => Values<ulong, int?>(group, field, id => id <= int.MaxValue ? (int)id : null),
        Type type when type == typeof(uint) => Values<uint, int?>(group, field, id => Id(id)),
        Type type when type == typeof(ushort) => Values<ushort, int?>(group, field, id => id),
        _ => Values<byte, int?>(group, field, id => id),
    };

    /// <summary>Hugging Face writes -1 where a class is not known.</summary>
    private static int? Id(long id) => id is >= 0 and <= int.MaxValue ? (int)id : null;

    /// <summary>A column's values by row, default where there is none.</summary>
    /// <remarks>The library's own placing of nulls forgets those of a field inside an optional struct, so the levels are looked at here.</remarks>
    private static TResult?[] Values<T, TResult>(ParquetRowGroupReader group, DataField field, Func<T, TResult> convert)
        where T : struct
    {
        int rows = (int)group.RowCount;
        var values = new T[rows];
        int[]? levels = field.MaxDefinitionLevel > 0 ? new int[rows] : null;
        group.ReadRawAsync<T>(field, values, levels is null ? (Memory<int>?)null : levels, null).AsTask().GetAwaiter().GetResult();
        var result = new TResult?[rows];
        for (int row = 0, next = 0; row < rows; row++)
            result[row] = levels is null || levels[row] == field.MaxDefinitionLevel ? convert(values[next++]) : default;
        return result;
    }

    private static T Guarded<T>(string path, string where, Func<ParquetReader, T> read)
    {
        try
        {
            ShardFiles.RefusePipe(path);
            using FileStream stream = File.OpenRead(path);
            CheckEnds(stream, path);
            ParquetReader reader = ParquetReader.CreateAsync(stream).GetAwaiter().GetResult();
            try
            {
                return read(reader);
            }
            finally
            {
                reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        }
        catch (DatasetException)
        {
            throw;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DatasetException(DatasetError.NotFound, $"{path}: not there", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DatasetException(DatasetError.Unreadable, $"{path}: {e.Message}", e);
        }
#pragma warning disable CA1031 // On damaged bytes the library throws whatever its parsing runs into.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new DatasetException(DatasetError.Damaged, $"{where}: damaged ({e.Message.ReplaceLineEndings(" ")}); copy it again", e);
        }
    }

    /// <summary>A Parquet file begins and ends with PAR1, and the length of its footer stands before the last one.</summary>
    private static void CheckEnds(FileStream stream, string path)
    {
        Span<byte> head = stackalloc byte[4], tail = stackalloc byte[8];
        long length = stream.Length;
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && !head.SequenceEqual(Magic))
            throw new DatasetException(DatasetError.Damaged, $"{path}: not a Parquet file (it does not begin with PAR1)");
        if (length >= 12)
        {
            stream.Position = length - tail.Length;
            stream.ReadExactly(tail);
        }
        if (length < 12 || !tail[4..].SequenceEqual(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(tail) > length - 12)
            throw new DatasetException(DatasetError.Truncated, $"{path}: ends at offset {length} without the footer of a Parquet file (copy it again)");
        stream.Position = 0;
    }
}
