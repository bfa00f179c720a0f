namespace Vtok.Data.Tests;

[TestClass]
public sealed class FolderAndZipSourceTests
{
    private static readonly byte[] Picture = PlainCodec.File(4, 4, 7);

    [TestMethod]
    public void A_folder_lists_pictures_below_it_in_ordinal_order()
    {
        using TemporaryFolder folder = new();
        foreach (string name in (string[])["b/2.png", "a/1.JPG", "B/3.webp", "top.png", "notes.md"])
            folder.File(name, Picture);
        folder.File("b/2.txt", "a bird"u8.ToArray());

        using ImageFolderSource source = new(folder.FullPath, classFromFolder: true);

        CollectionAssert.AreEqual(new[] { "B/3", "a/1", "b/2", "top" }, Enumerable.Range(0, source.Count).Select(i => source.Read(i).Key).ToArray());
        CollectionAssert.AreEqual(new[] { "B", "a", "b" }, source.ClassNames.ToArray());
        CollectionAssert.AreEqual(new int?[] { 0, 1, 2, null }, Enumerable.Range(0, source.Count).Select(i => source.Read(i).ClassId).ToArray());
        Assert.AreEqual("a bird", source.Read(2).Caption);
    }

    [TestMethod]
    public void Numeric_folders_are_the_class_numbers()
    {
        using TemporaryFolder folder = new();
        string zip = folder.Zip("z.zip", ("10/a.webp", Picture), ("2/b.webp", Picture), ("readme.txt", Picture));

        using ZipImageSource source = new(zip);

        CollectionAssert.AreEqual(new int?[] { 10, 2 }, Enumerable.Range(0, 2).Select(i => source.Read(i).ClassId).ToArray());
        CollectionAssert.AreEqual(Picture, source.Read(1).Picture.ToArray());
        Assert.AreEqual(11, source.ClassNames.Count);
    }

    [TestMethod]
    public void Several_threads_read_one_zip()
    {
        using TemporaryFolder folder = new();
        string zip = folder.Zip("z.zip", [.. Enumerable.Range(0, 64).Select(i => ($"{i}.png", PlainCodec.File(9, 9, (byte)i)))]);
        using ZipImageSource source = new(zip, classFromFolder: false);

        bool[] same = [.. Enumerable.Range(0, 64).AsParallel().AsOrdered().Select(i => source.Read(i).Picture.Span.SequenceEqual(PlainCodec.File(9, 9, (byte)i)))];

        CollectionAssert.DoesNotContain(same, false);
    }

    [TestMethod]
    public void A_damaged_directory_of_a_zip_leaves_no_file_open()
    {
        using TemporaryFolder folder = new();
        string zip = folder.Zip("z.zip", ("a.png", Picture));
        byte[] bytes = File.ReadAllBytes(zip);
        bytes[bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 28] = 0xFF; // the length of the name, which then passes the end
        File.WriteAllBytes(zip, bytes);

        DatasetException e = Assert.ThrowsExactly<DatasetException>(() => new ZipImageSource(zip));

        Assert.AreEqual(DatasetError.Damaged, e.Reason);
        new FileStream(zip, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Links_to_folders_show_every_picture_once()
    {
        using TemporaryFolder folder = new(), outside = new();
        folder.File("a/1.png", Picture);
        outside.File("2.png", Picture);
        Directory.CreateSymbolicLink(Path.Combine(folder.FullPath, "a", "up"), folder.FullPath);
        Directory.CreateSymbolicLink(Path.Combine(folder.FullPath, "again"), Path.Combine(folder.FullPath, "a"));
        Directory.CreateSymbolicLink(Path.Combine(folder.FullPath, "b"), outside.FullPath);
        Directory.CreateSymbolicLink(Path.Combine(folder.FullPath, "c"), Path.Combine(folder.FullPath, "b"));
        Directory.CreateSymbolicLink(Path.Combine(outside.FullPath, "back"), folder.FullPath);

        using ImageFolderSource source = new(folder.FullPath);

        CollectionAssert.AreEqual(new[] { "a/1.png", "b/2.png" }, Enumerable.Range(0, source.Count).Select(source.Locate).ToArray());
        CollectionAssert.AreEqual(Picture, source.Read(1).Picture.ToArray());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Links_to_files_are_read_those_to_devices_are_empty_and_those_to_nowhere_refused()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("one.png", Picture);
        File.CreateSymbolicLink(Path.Combine(folder.FullPath, "device.png"), "/dev/zero");
        File.CreateSymbolicLink(Path.Combine(folder.FullPath, "link.png"), file);
        File.CreateSymbolicLink(Path.Combine(folder.FullPath, "nowhere.png"), "gone");

        using ImageFolderSource source = new(folder.FullPath);

        Assert.AreEqual(0, source.Read(0).Picture.Length);
        CollectionAssert.AreEqual(Picture, source.Read(1).Picture.ToArray());
        Assert.AreEqual("nowhere.png: is not there (a link that leads nowhere?)", Assert.ThrowsExactly<DatasetException>(() => source.Read(2)).Message);
    }

    [TestMethod]
    public void Missing_empty_and_damaged_data_sets_say_so()
    {
        using TemporaryFolder folder = new();
        string noZip = folder.File("x.zip", [1, 2, 3]);
        string emptyZip = folder.Zip("e.zip", ("a.md", [1]));
        string empty = Directory.CreateDirectory(Path.Combine(folder.FullPath, "empty")).FullName;

        (string Path, DatasetError Reason)[] cases =
        [
            (noZip, DatasetError.Damaged), (emptyZip, DatasetError.Empty), (empty, DatasetError.Empty),
            (Path.Combine(folder.FullPath, "none"), DatasetError.NotFound), (Path.Combine(folder.FullPath, "none.zip"), DatasetError.NotFound),
        ];

        foreach ((string path, DatasetError reason) in cases)
        {
            var error = Assert.ThrowsExactly<DatasetException>(() => SampleSource.Open(path).Dispose());
            Assert.AreEqual(reason, error.Reason, error.Message);
            StringAssert.StartsWith(error.Message, path);
        }
    }
}
