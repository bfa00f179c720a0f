namespace Vtok.Codec.Tests;

[TestClass]
public class OutputFileTests
{
    [TestMethod]
    public void A_file_is_written_whole()
    {
        using var folder = new TempFolder();

        OutputFile.Write(folder["a"], [1, 2, 3]);

        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, File.ReadAllBytes(folder["a"]));
        CollectionAssert.AreEqual(new[] { "a" }, folder.Names);
    }

    [TestMethod]
    public void An_existing_file_is_replaced_only_when_asked()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["a"], "old");

        Assert.AreEqual(OutputFileError.Exists, Assert.ThrowsExactly<OutputFileException>(() => OutputFile.Write(folder["a"], [1])).Reason);
        Assert.AreEqual("old", File.ReadAllText(folder["a"]));
        OutputFile.Write(folder["a"], [1], replace: true);
        Assert.AreEqual(1, new FileInfo(folder["a"]).Length);
    }

    [TestMethod]
    public void A_link_stays_and_its_target_is_replaced()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["target"], "old");
        File.CreateSymbolicLink(folder["link"], folder["target"]);

        OutputFile.Write(folder["link"], [7], replace: true);

        Assert.AreEqual(folder["target"], new FileInfo(folder["link"]).LinkTarget);
        CollectionAssert.AreEqual(new byte[] { 7 }, File.ReadAllBytes(folder["target"]));
    }

    [TestMethod]
    public void An_interrupted_write_leaves_nothing()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["a"], "old");

        Assert.ThrowsExactly<OperationCanceledException>(() => OutputFile.Write(folder["a"], [1], replace: true, new CancellationToken(canceled: true)));

        Assert.AreEqual("old", File.ReadAllText(folder["a"]));
        CollectionAssert.AreEqual(new[] { "a" }, folder.Names);
    }

    [TestMethod]
    public void Failures_have_a_reason()
    {
        using var folder = new TempFolder();

        Assert.AreEqual(OutputFileError.CannotWrite, Assert.ThrowsExactly<OutputFileException>(() => OutputFile.Write(folder["none/a"], [1])).Reason);
        Assert.AreEqual(OutputFileError.CannotWrite, Assert.ThrowsExactly<OutputFileException>(() => OutputFile.Write(folder.Path, [1])).Reason);
        if (OperatingSystem.IsLinux())
            Assert.AreEqual(OutputFileError.DiskFull, Assert.ThrowsExactly<OutputFileException>(() => OutputFile.Write("/dev/full", [1])).Reason);
    }
}
