using Parquet;

namespace Vtok.Data.Tests;

[TestClass]
public sealed class ParquetImageSourceTests
{
    private const string Features = """{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog", "gull", "newt"], "_type": "ClassLabel"}}}}""";

    private static byte[][] Pictures(int count) => [.. Enumerable.Range(0, count).Select(i => PlainCodec.File(6 + i % 5, 6 + i % 3, (byte)i))];

    [TestMethod]
    [DataRow(CompressionMethod.None), DataRow(CompressionMethod.Snappy), DataRow(CompressionMethod.Zstd), DataRow(CompressionMethod.Gzip)]
    public void Pictures_classes_and_captions_read_back_in_any_order(CompressionMethod compression)
    {
        using TemporaryFolder folder = new();
        byte[][] pictures = Pictures(23);
        string table = folder.HuggingFace("t.parquet", 4, pictures, Features, compression);

        using ParquetImageSource source = new(table);

        Assert.AreEqual(23, source.Count);
        CollectionAssert.AreEqual(new[] { "cat", "dog", "gull", "newt" }, source.ClassNames.ToArray());
        foreach (int i in (int[])[22, 0, 9, 10, 4, 22])
        {
            Sample sample = source.Read(i);
            CollectionAssert.AreEqual(pictures[i], sample.Picture.ToArray());
            Assert.AreEqual($"{i}", sample.Key);
            Assert.AreEqual(i % 5 == 4 ? null : i % 5, sample.ClassId);
            Assert.AreEqual(i % 3 == 2 ? null : $"picture {i}", sample.Caption);
        }
    }

    [TestMethod]
    public void A_table_of_another_program_reads_back_with_its_gaps()
    {
        using TemporaryFolder folder = new();

        using ParquetImageSource source = new(folder.File("duckdb.parquet", ForeignTable.Bytes));

        CollectionAssert.AreEqual(new[] { "ant", "bee", "cat" }, source.ClassNames.ToArray());
        foreach (int i in (int[])[0, 1, 2, 4, 5, 6])
        {
            Sample sample = source.Read(i);
            CollectionAssert.AreEqual(Enumerable.Range(0, 5 + i).Select(j => (byte)(i * 31 + j * 7)).ToArray(), sample.Picture.ToArray());
            Assert.AreEqual(i == 5 ? null : $"number {i}", sample.Caption);
            Assert.AreEqual(2 * i % 3, sample.ClassId); // ant, cat, bee, ant, ...
        }
        StringAssert.Contains(Assert.ThrowsExactly<DatasetException>(() => source.Read(3)).Message, "row 3 has no bytes");
    }

    [TestMethod]
    public void Files_of_a_folder_a_pattern_or_a_wildcard_are_one_table()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 3; i++)
            folder.HuggingFace($"train-0000{i}-of-00003.parquet", 2, Pictures(3 + i));

        foreach (string pattern in (string[])["", "train-{00000..00002}-of-00003.parquet", "train-*.parquet"])
        {
            using ISampleSource source = SampleSource.Open(Path.Combine(folder.FullPath, pattern));

            Assert.AreEqual(3 + 4 + 5, source.Count, pattern);
            Assert.AreEqual("train-00001-of-00003.parquet: row 3", source.Locate(6));
            CollectionAssert.AreEqual(Pictures(4)[3], source.Read(6).Picture.ToArray());
        }
    }

    [TestMethod]
    public void Plain_binary_columns_and_integers_of_any_width_are_read()
    {
        using TemporaryFolder folder = new();
        byte[][] pictures = Pictures(3);
        string[] tables =
        [
            folder.Plain("a.parquet", "image", "label", pictures, [2, 1, 0]),
            folder.Plain<ulong>("b.parquet", "image_bytes", "cls", pictures, [2, 1, 0]),
            folder.Plain<sbyte>("c.parquet", "jpg", "class", pictures, [2, 1, 0]),
            folder.Plain<short>("d.parquet", "JPG", "Label", pictures, [2, 1, 0]),
        ];

        foreach (string table in tables)
        {
            using ParquetImageSource source = new(table);

            CollectionAssert.AreEqual(new int?[] { 2, 1, 0 }, Enumerable.Range(0, 3).Select(i => source.Read(i).ClassId).ToArray(), table);
            CollectionAssert.AreEqual(pictures[2], source.Read(2).Picture.ToArray());
        }
    }

    [TestMethod]
    public void Classes_that_are_names_get_ids_in_ordinal_order_over_all_files()
    {
        using TemporaryFolder folder = new();
        folder.Texts("a.parquet", "image", "label", Pictures(2), ["newt", "cat"]);
        folder.Texts("b.parquet", "image", "label", Pictures(2), ["gull", "newt"]);

        using ParquetImageSource source = new(folder.FullPath);

        CollectionAssert.AreEqual(new[] { "cat", "gull", "newt" }, source.ClassNames.ToArray());
        CollectionAssert.AreEqual(new int?[] { 2, 0, 1, 2 }, Enumerable.Range(0, 4).Select(i => source.Read(i).ClassId).ToArray());
    }

    [TestMethod]
    public void Columns_that_are_missing_or_of_another_type_are_named_with_what_there_is()
    {
        using TemporaryFolder folder = new();
        string missing = folder.Texts("missing.parquet", "photo", "text", Pictures(1), ["x"]);
        string text = folder.Texts("text.parquet", "blob", "image", Pictures(1), ["x"]);
        string label = folder.Plain("label.parquet", "image", "label", Pictures(1), [0.5]);
        string caption = folder.Plain("caption.parquet", "image", "caption", Pictures(1), [5]);

        (string Table, string Says)[] cases =
        [
            (missing, "its columns: photo, text"), (text, "column 'image' is text"), (label, "column 'label' is Double; expected integers or strings"),
            (caption, "column 'caption' is Int32; expected strings"),
        ];

        foreach ((string table, string says) in cases)
        {
            var error = Assert.ThrowsExactly<DatasetException>(() => new ParquetImageSource(table).Dispose());
            Assert.AreEqual(DatasetError.WrongColumns, error.Reason);
            StringAssert.StartsWith(error.Message, table);
            StringAssert.Contains(error.Message, says);
        }
    }

    [TestMethod]
    public void Missing_empty_and_foreign_files_say_so()
    {
        using TemporaryFolder folder = new();
        string empty = folder.Texts("empty.parquet", "image", "text", [], []);
        string foreign = folder.File("foreign.parquet", [.. Enumerable.Range(0, 100).Select(i => (byte)i)]);

        (string Path, DatasetError Reason)[] cases =
        [
            (empty, DatasetError.Empty), (foreign, DatasetError.Damaged), (Path.Combine(folder.FullPath, "none.parquet"), DatasetError.NotFound),
            (Path.Combine(folder.FullPath, "none-*.parquet"), DatasetError.NotFound), (folder.File("zero.parquet", []), DatasetError.Truncated),
        ];

        foreach ((string path, DatasetError reason) in cases)
        {
            var error = Assert.ThrowsExactly<DatasetException>(() => SampleSource.Open(path).Dispose());
            Assert.AreEqual(reason, error.Reason, error.Message);
            StringAssert.StartsWith(error.Message, path);
        }
    }

    [TestMethod]
    public void A_table_cut_anywhere_is_refused_by_name()
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(folder.HuggingFace("whole.parquet", 2, Pictures(5)));
        for (int length = 0; length < whole.Length; length += 61)
        {
            string cut = folder.File("cut.parquet", whole[..length]);

            var error = Assert.ThrowsExactly<DatasetException>(() => new ParquetImageSource(cut).Dispose());

            Assert.AreEqual(DatasetError.Truncated, error.Reason);
            StringAssert.Contains(error.Message, $"cut.parquet: ends at offset {length}");
        }
    }

    [TestMethod]
    public void Bytes_changed_at_random_are_refused_or_read_but_never_crash()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = File.ReadAllBytes(folder.HuggingFace("whole.parquet", 2, Pictures(5)));

        int refused = ChangedBytes.Refused(folder, "changed.parquet", bytes, file => new ParquetImageSource(file));

        Assert.IsGreaterThan(0, refused);
    }

    [TestMethod]
    public void A_corrupt_picture_and_a_row_without_bytes_are_left_out_by_name()
    {
        using TemporaryFolder folder = new();
        byte[]?[] pictures = [.. Pictures(9)];
        (pictures[2], pictures[7]) = ([1, 2], null);
        using ParquetImageSource source = new(folder.HuggingFace("t.parquet", 3, pictures));
        ImageLoader loader = new(source, new PlainCodec(), new ImageLoaderOptions
        {
            BatchSize = 4,
            Transform = new CenterSquare { Side = 4 },
            Shuffle = false,
            Epochs = 1,
        });

        string[] keys = [.. loader.Read().SelectMany(batch => batch.Keys)];

        CollectionAssert.AreEqual(new[] { "0", "1", "3", "4", "5", "6", "8" }, keys);
        CollectionAssert.AreEqual(new[] { "t.parquet: row 2", "t.parquet: row 7" }, loader.Skipped.Select(skipped => skipped.Location).ToArray());
        Assert.AreEqual("has no bytes of a picture", loader.Skipped[1].Reason);
    }

    [TestMethod]
    public void A_shuffled_epoch_of_a_large_table_holds_every_row_once_and_reads_every_group_about_once()
    {
        using TemporaryFolder folder = new();
        using ParquetImageSource source = new(folder.HuggingFace("t.parquet", 5, Pictures(203)), memoryBytes: 0);
        EpochOrder order = new(source.Count, 7, shuffle: true, source.Blocks);

        int[][] epochs = [.. Enumerable.Range(0, 2).Select(epoch => Enumerable.Range(0, 203).Select(place => order.IndexAt(epoch, place)).ToArray())];

        Assert.AreEqual(1, source.Blocks!.AtOnce);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, 203).ToArray(), epochs[0]);
        CollectionAssert.AreNotEqual(epochs[0], epochs[1]);
        int changes = epochs[0].Zip(epochs[0].Skip(1), (a, b) => a / 5 == b / 5 ? 0 : 1).Sum();
        Assert.AreEqual(203 / 5, changes);
    }

    [TestMethod]
    public void Reading_on_and_sharing_among_ranks_hold_for_tables_too()
    {
        using TemporaryFolder folder = new();
        using ParquetImageSource source = new(folder.HuggingFace("t.parquet", 3, Pictures(23)), memoryBytes: 0);
        ImageLoaderOptions options = new() { BatchSize = 2, Transform = new RandomSquare { Side = 4 }, Seed = 3, World = 2, Epochs = 1 };

        ImageBatch[] first = [.. new ImageLoader(source, new PlainCodec(), options).Read()];
        ImageBatch[] second = [.. new ImageLoader(source, new PlainCodec(), options with { Rank = 1 }).Read()];
        ImageBatch[] rest = [.. new ImageLoader(source, new PlainCodec(), options).Read(first[1].Next)];

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 23).Select(i => $"{i}").ToArray(), first.Concat(second).SelectMany(batch => batch.Keys).ToArray());
        CollectionAssert.AreEqual(first[2..].SelectMany(batch => batch.Pixels).ToArray(), rest.SelectMany(batch => batch.Pixels).ToArray());
    }
}
