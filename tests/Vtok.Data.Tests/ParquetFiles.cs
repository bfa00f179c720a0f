using Parquet;
using Parquet.Schema;

namespace Vtok.Data.Tests;

/// <summary>Writes small image tables.</summary>
internal static class ParquetFiles
{
    /// <summary>A table in the layout of Hugging Face: image {bytes, path}, label, text; a null picture has a path and no bytes.</summary>
    public static string HuggingFace(this TemporaryFolder folder, string name, int rowsInGroup, byte[]?[] pictures, string? features = null,
        CompressionMethod compression = CompressionMethod.Snappy)
    {
        var bytes = new DataField("bytes", typeof(byte[]), isNullable: true);
        var path = new DataField<string>("path", nullable: true);
        var label = new DataField<long>("label", nullable: true);
        var text = new DataField<string>("text", nullable: true);
        return Write(folder, name, new ParquetSchema(new StructField("image", bytes, path), label, text), features, compression, async writer =>
        {
            foreach (int[] rows in Enumerable.Range(0, pictures.Length).Chunk(rowsInGroup))
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                await group.WriteAsync(bytes, rows.Select(row => pictures[row]!).ToArray());
                await group.WriteAsync(path, rows.Select(row => $"{row}.png").ToArray());
                await group.WriteAsync<long>(label, rows.Select(row => row % 5 == 4 ? null : (long?)(row % 5)).ToArray());
                await group.WriteAsync(text, rows.Select(row => row % 3 == 2 ? null! : $"picture {row}").ToArray());
                group.CompleteValidate();
            }
        });
    }

    /// <summary>A table of two columns; the first is binary.</summary>
    public static string Plain<T>(this TemporaryFolder folder, string name, string pictures, string others, byte[][] files, T[] values)
        where T : struct
    {
        var picture = new DataField(pictures, typeof(byte[]), isNullable: false);
        var other = new DataField<T>(others, nullable: false);
        return Write(folder, name, new ParquetSchema(picture, other), null, CompressionMethod.None, async writer =>
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(picture, files);
            await group.WriteAsync<T>(other, values);
            group.CompleteValidate();
        });
    }

    /// <summary>A table of pictures and arrays beside them.</summary>
    public static string Arrays(this TemporaryFolder folder, string name, byte[][] files, byte[]?[] arrays)
    {
        var picture = new DataField("image", typeof(byte[]), isNullable: false);
        var array = new DataField("text_features", typeof(byte[]), isNullable: true);
        return Write(folder, name, new ParquetSchema(picture, array), null, CompressionMethod.None, async writer =>
        {
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(picture, files);
            await group.WriteAsync(array, [.. arrays.Select(bytes => bytes!)]);
            group.CompleteValidate();
        });
    }

    /// <summary>A table of two columns; the first is binary, the second text.</summary>
    public static string Texts(this TemporaryFolder folder, string name, string pictures, string others, byte[][] files, string[] values)
    {
        var picture = new DataField(pictures, typeof(byte[]), isNullable: false);
        var other = new DataField<string>(others, nullable: false);
        return Write(folder, name, new ParquetSchema(picture, other), null, CompressionMethod.Zstd, async writer =>
        {
            if (files.Length == 0)
                return;
            using ParquetRowGroupWriter group = writer.CreateRowGroup();
            await group.WriteAsync(picture, files);
            await group.WriteAsync(other, values);
            group.CompleteValidate();
        });
    }

    private static string Write(
        TemporaryFolder folder, string name, ParquetSchema schema, string? features, CompressionMethod compression, Func<ParquetWriter, Task> write)
    {
        string file = Path.Combine(folder.FullPath, name);
        WriteAsync().GetAwaiter().GetResult();
        return file;

        async Task WriteAsync()
        {
            await using FileStream stream = System.IO.File.Create(file);
            var options = new ParquetOptions { CompressionMethod = compression, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest };
            await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, stream, options);
            if (features is not null)
                writer.CustomMetadata = new Dictionary<string, string> { ["huggingface"] = features };
            await write(writer);
        }
    }
}
