using System.Formats.Tar;
using System.Text;

namespace Vtok.Data.Tests;

[TestClass]
public sealed class WebDatasetSourceTests
{
    private static readonly byte[] Picture = PlainCodec.File(4, 4, 7);

    [TestMethod]
    [DataRow(TarEntryFormat.Ustar), DataRow(TarEntryFormat.Gnu), DataRow(TarEntryFormat.Pax)]
    public void Samples_of_every_tar_flavour_read_back(TarEntryFormat format)
    {
        using TemporaryFolder folder = new();
        string longKey = string.Join('/', Enumerable.Repeat("a-long-folder-name", 6)) + "/picture";
        string shard = folder.Tar("s.tar", format, ("0001.webp", Picture), ("0001.cls", "217"u8.ToArray()), (longKey + ".jpg", [1, 2, 3]));

        using WebDatasetSource source = new(shard);

        Assert.AreEqual(2, source.Count);
        Sample first = source.Read(0), second = source.Read(1);
        Assert.AreEqual("0001", first.Key);
        CollectionAssert.AreEqual(Picture, first.Picture.ToArray());
        Assert.AreEqual(217, first.ClassId);
        Assert.AreEqual(longKey, second.Key);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, second.Picture.ToArray());
        Assert.IsNull(second.ClassId);
    }

    [TestMethod]
    public void Names_longer_than_a_header_field_read_back()
    {
        using TemporaryFolder folder = new();
        string name = new('n', 300);
        string gnu = folder.Tar("gnu.tar", TarEntryFormat.Gnu, (name + ".png", Picture));
        string pax = folder.Tar("pax.tar", TarEntryFormat.Pax, (name + ".png", Picture));

        using WebDatasetSource ofGnu = new(gnu), ofPax = new(pax);

        Assert.AreEqual(name, ofGnu.Read(0).Key);
        Assert.AreEqual(name, ofPax.Read(0).Key);
    }

    [TestMethod]
    public void Captions_and_classes_come_from_text_and_json()
    {
        using TemporaryFolder folder = new();
        string shard = folder.Tar("s.tar", TarEntryFormat.Ustar,
            ("a.jpg", Picture), ("a.txt", Encoding.UTF8.GetBytes("two gulls\n")), ("a.json", """{"label": 3, "caption": "unused"}"""u8.ToArray()),
            ("b.jpg", Picture), ("b.json", """{"text": "a boat"}"""u8.ToArray()));

        using WebDatasetSource source = new(shard);

        Assert.AreEqual("two gulls", source.Read(0).Caption);
        Assert.AreEqual(3, source.Read(0).ClassId);
        Assert.AreEqual("a boat", source.Read(1).Caption);
    }

    [TestMethod]
    public void A_brace_pattern_joins_its_shards_in_order()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 3; i++)
            folder.Tar($"s-{i:D3}.tar", TarEntryFormat.Ustar, ($"{i}.png", Picture));

        using WebDatasetSource source = new(Path.Combine(folder.FullPath, "s-{000..002}.tar"));

        CollectionAssert.AreEqual(new[] { "0", "1", "2" }, Enumerable.Range(0, source.Count).Select(i => source.Read(i).Key).ToArray());
    }

    [TestMethod]
    public void Names_that_climb_out_of_the_archive_are_only_keys()
    {
        using TemporaryFolder folder = new();
        string shard = folder.Tar("s.tar", TarEntryFormat.Ustar, ("../../etc/passwd.png", Picture), ("/abs/x.png", Picture));

        using WebDatasetSource source = new(shard);

        Assert.AreEqual("../../etc/passwd", source.Read(0).Key);
        CollectionAssert.AreEqual(Picture, source.Read(1).Picture.ToArray());
        Assert.AreEqual(1, Directory.GetFileSystemEntries(folder.FullPath).Length);
    }

    [TestMethod]
    public void A_shard_cut_anywhere_is_refused_by_name_or_keeps_only_whole_samples()
    {
        using TemporaryFolder folder = new();
        string whole = folder.Tar("whole.tar", TarEntryFormat.Ustar, ("a.png", Picture), ("a.cls", "1"u8.ToArray()), ("b.png", Picture), ("b.cls", "2"u8.ToArray()));
        byte[] bytes = File.ReadAllBytes(whole);
        for (int length = 0; length <= 4 * 1024; length += 128)
        {
            string cut = folder.File($"cut-{length}.tar", bytes[..length]);

            var error = Assert.ThrowsExactly<DatasetException>(() => new WebDatasetSource(cut).Dispose());

            Assert.AreEqual(DatasetError.Truncated, error.Reason);
            StringAssert.Contains(error.Message, $"cut-{length}.tar");
            StringAssert.Contains(error.Message, $"offset {length}");
            if (length < 3 * 1024)
                continue;
            using WebDatasetSource source = new(cut, TruncatedShards.KeepWholeSamples);
            Assert.AreEqual(1, source.Count);
            Assert.AreEqual(1, source.Read(0).ClassId);
            Assert.AreEqual(1, source.DamagedShards.Count);
        }
    }

    [TestMethod]
    public void A_file_that_is_no_archive_is_refused()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("noise.tar", [.. Enumerable.Range(0, 2048).Select(i => (byte)(i * 7 + 1))]);

        var error = Assert.ThrowsExactly<DatasetException>(() => new WebDatasetSource(file).Dispose());

        Assert.AreEqual(DatasetError.Damaged, error.Reason);
        StringAssert.Contains(error.Message, "offset 0");
    }

    [TestMethod]
    public void Bytes_changed_at_random_are_refused_or_read_but_never_crash()
    {
        using TemporaryFolder folder = new();
        byte[] bytes = File.ReadAllBytes(folder.Tar("s.tar", TarEntryFormat.Pax, (new string('x', 200) + ".png", Picture), ("b.cls", "2"u8.ToArray()), ("b.png", Picture)));

        int refused = ChangedBytes.Refused(folder, "changed.tar", bytes, file => new WebDatasetSource(file));

        Assert.IsGreaterThan(0, refused);
    }

    [TestMethod]
    public void A_missing_shard_an_empty_one_and_a_bad_class_are_named()
    {
        using TemporaryFolder folder = new();
        string empty = folder.Tar("empty.tar", TarEntryFormat.Ustar, ("readme.md", Picture), ("x.cls", "1"u8.ToArray()));
        string bad = folder.Tar("bad.tar", TarEntryFormat.Ustar, ("a.png", Picture), ("a.cls", "cat"u8.ToArray()));

        var missing = Assert.ThrowsExactly<DatasetException>(() => new WebDatasetSource(Path.Combine(folder.FullPath, "none.tar")).Dispose());
        var none = Assert.ThrowsExactly<DatasetException>(() => new WebDatasetSource(empty).Dispose());
        using WebDatasetSource source = new(bad);
        var label = Assert.ThrowsExactly<DatasetException>(() => source.Read(0));

        Assert.AreEqual(DatasetError.NotFound, missing.Reason);
        Assert.AreEqual(DatasetError.Empty, none.Reason);
        Assert.AreEqual(DatasetError.BadLabel, label.Reason);
        StringAssert.Contains(label.Message, "a.cls");
    }

    [TestMethod]
    public void Two_pictures_of_one_key_are_refused()
    {
        using TemporaryFolder folder = new();
        string shard = folder.Tar("s.tar", TarEntryFormat.Ustar, ("a.png", Picture), ("a.jpg", Picture));

        var error = Assert.ThrowsExactly<DatasetException>(() => new WebDatasetSource(shard).Dispose());

        StringAssert.Contains(error.Message, "'a'");
    }
}
