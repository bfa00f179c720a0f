using Parquet.Schema;

namespace Vtok.Data;

/// <summary>Paths of the columns of an image table; null for those that it does not have.</summary>
/// <param name="Picture">Bytes of the picture files.</param>
/// <param name="Name">Their file names.</param>
/// <param name="Label">Classes.</param>
/// <param name="Caption">Texts.</param>
/// <param name="Features">Bytes of .npy files.</param>
internal sealed record ParquetColumns(string Picture, string? Name, string? Label, string? Caption, string? Features)
{
    /// <summary>Name of the column of features.</summary>
    public const string FeaturesColumn = "text_features";

    private static readonly string[] Pictures = ["image", "image_bytes", "img", "picture", "jpg", "jpeg", "png", "webp"];
    private static readonly string[] Labels = ["label", "cls", "class"];
    private static readonly string[] Captions = ["caption", "text"];
    private static readonly Type[] Integers = [typeof(long), typeof(int), typeof(short), typeof(sbyte), typeof(ulong), typeof(uint), typeof(ushort), typeof(byte)];

    /// <summary>Finds the columns of a table.</summary>
    /// <exception cref="DatasetException">There are no pictures, or a column is of a type that is not understood.</exception>
    public static ParquetColumns Of(ParquetSchema schema, string file)
    {
        if (Find(schema, Pictures) is not { } picture)
        {
            throw new DatasetException(DatasetError.WrongColumns,
                $"{file}: no column of pictures ({string.Join(", ", Pictures)}); its columns: {string.Join(", ", schema.Fields.Select(field => field.Name))}");
        }
        DataField bytes = picture as DataField ?? Child(picture, "bytes")
            ?? throw Wrong(file, picture, "expected binary, or a struct of bytes and path");
        if (!IsFlat(bytes) || bytes.ClrType != typeof(ReadOnlyMemory<byte>))
            throw Wrong(file, bytes, "expected the bytes of picture files");
        Field? label = Find(schema, Labels), caption = Find(schema, Captions), features = Find(schema, [FeaturesColumn]);
        if (label is not null && !(label is DataField labels && IsFlat(labels) && (IsText(labels) || Integers.Contains(labels.ClrType))))
            throw Wrong(file, label, "expected integers or strings");
        if (caption is not null && !(caption is DataField captions && IsFlat(captions) && IsText(captions)))
            throw Wrong(file, caption, "expected strings");
        if (features is not null && !(features is DataField arrays && IsFlat(arrays) && arrays.ClrType == typeof(ReadOnlyMemory<byte>)))
            throw Wrong(file, features, "expected the bytes of .npy files");
        DataField? name = Child(picture, "path") is { } path && IsFlat(path) && IsText(path) ? path : null;
        return new ParquetColumns(bytes.Path.ToString(), name?.Path.ToString(), label?.Path.ToString(), caption?.Path.ToString(), features?.Path.ToString());
    }

    /// <summary>Whether a column holds strings.</summary>
    public static bool IsText(DataField field) => field.ClrType == typeof(ReadOnlyMemory<char>);

    private static Field? Find(ParquetSchema schema, string[] names) =>
        names.Select(name => schema.Fields.FirstOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).FirstOrDefault(field => field is not null);

    private static DataField? Child(Field field, string name) =>
        field is StructField inner ? inner.Fields.OfType<DataField>().FirstOrDefault(child => child.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) : null;

    private static bool IsFlat(DataField field) => field.MaxRepetitionLevel == 0;

    private static DatasetException Wrong(string file, Field field, string expected) => new(DatasetError.WrongColumns,
        $"{file}: column '{field.Path}' is {(field is DataField data ? (IsFlat(data) ? NameOf(data) : "a list") : $"a {field.SchemaType.ToString().ToLowerInvariant()}")}; {expected}");

    private static string NameOf(DataField field) =>
        IsText(field) ? "text" : field.ClrType == typeof(ReadOnlyMemory<byte>) ? "binary" : field.ClrType.Name;
}
