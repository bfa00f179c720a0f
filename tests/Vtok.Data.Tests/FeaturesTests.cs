using System.Formats.Tar;

namespace Vtok.Data.Tests;

/// <summary>Arrays that lie beside the pictures of a data set.</summary>
[TestClass]
public sealed class FeaturesTests
{
    private static readonly byte[] Picture = PlainCodec.File(4, 4, 7);

    [TestMethod]
    [DataRow("folder"), DataRow("zip"), DataRow("tar"), DataRow("parquet")]
    public void Every_kind_of_data_set_gives_the_array_beside_a_picture_where_it_is_wanted(string kind)
    {
        using TemporaryFolder folder = new();
        string data = Write(folder, kind, ("a", [1, 2, 3]), ("b", [4]));

        using ISampleSource plain = SampleSource.Open(data), whole = SampleSource.Open(data, features: true);

        Assert.IsNull(plain.Read(0).Features);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, whole.Read(0).Features!.Value.ToArray());
        CollectionAssert.AreEqual(new byte[] { 4 }, whole.Read(1).Features!.Value.ToArray());
        CollectionAssert.AreEqual(Picture, whole.Read(1).Picture.ToArray());
    }

    [TestMethod]
    [DataRow("folder", "1 of 3 pictures have no features beside them, the first \"b\"; expected b.npy")]
    [DataRow("zip", "1 of 3 pictures have no features beside them, the first \"b\"; expected b.npy")]
    [DataRow("tar", "1 of 3 pictures have no features beside them, the first \"b\"; expected b.npy")]
    public void A_picture_without_one_is_named_when_the_data_set_is_opened(string kind, string words)
    {
        using TemporaryFolder folder = new();
        string data = Write(folder, kind, ("a", [1]), ("b", null), ("c", [3]));

        var error = Assert.ThrowsExactly<DatasetException>(() => SampleSource.Open(data, features: true));

        Assert.AreEqual(DatasetError.NoFeatures, error.Reason);
        StringAssert.Contains(error.Message, words);
    }

    [TestMethod]
    public void A_table_without_a_column_of_them_and_a_row_without_one_are_named()
    {
        using TemporaryFolder folder = new();
        string without = folder.Plain<int>("w.parquet", "image", "label", [Picture], [1]), gap = Write(folder, "parquet", ("a", [1]), ("b", null));

        using ISampleSource table = SampleSource.Open(gap, features: true);

        StringAssert.Contains(Assert.ThrowsExactly<DatasetException>(() => SampleSource.Open(without, features: true)).Message, "no column text_features");
        StringAssert.Contains(Assert.ThrowsExactly<DatasetException>(() => table.Read(1)).Message, "t.parquet: row 1 has no bytes of features");
    }

    private static string Write(TemporaryFolder folder, string kind, params (string Key, byte[]? Features)[] samples)
    {
        (string, byte[])[] files = [.. samples.SelectMany(sample => sample.Features is { } array
            ? ((string, byte[])[])[(sample.Key + ".png", Picture), (sample.Key + ".npy", array)] : [(sample.Key + ".png", Picture)])];
        switch (kind)
        {
            case "parquet":
                return folder.Arrays("t.parquet", [.. samples.Select(_ => Picture)], [.. samples.Select(sample => sample.Features)]);
            case "tar":
                return folder.Tar("s.tar", TarEntryFormat.Ustar, files);
            case "zip":
                return folder.Zip("s.zip", files);
            default:
                foreach ((string name, byte[] bytes) in files)
                    folder.File(name, bytes);
                return folder.FullPath;
        }
    }
}
