using Vtok.Training.Runs;

namespace Vtok.Training.Tests.Runs;

[TestClass]
public sealed class TrainingLogTests
{
    private readonly string _folder = TestRuns.Folder();

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void A_resumed_log_keeps_the_lines_up_to_its_step_and_drops_later_and_foreign_ones()
    {
        string path = Path.Combine(_folder, "log.jsonl");
        string[] kept = ["""{"kind":"train","step":1}""", """{"kind":"train","step":2}"""];
        File.WriteAllLines(path, [.. kept, """{"kind":"train","step":3}""", "[1]", "7", """{"step":"two"}""", """{"kind":"tra"""]);

        new TrainingLog(path, 2).Dispose();

        CollectionAssert.AreEqual(kept, File.ReadAllLines(path));
    }

    [TestMethod]
    public void A_run_that_begins_again_has_its_first_validation_once()
    {
        string path = Path.Combine(_folder, "log.jsonl");
        File.WriteAllText(path, """{"kind":"validate","step":0}""" + "\n");

        new TrainingLog(path, 0).Dispose();

        Assert.IsEmpty(File.ReadAllText(path));
    }

    [TestMethod]
    public void A_log_that_cannot_be_written_anew_stays_as_it_was()
    {
        string path = Path.Combine(_folder, "log.jsonl");
        string[] lines = ["""{"kind":"train","step":1}""", """{"kind":"train","step":2}"""];
        File.WriteAllLines(path, lines);
        Directory.CreateDirectory(path + ".tmp"); // no file can take this name

        Assert.Throws<Exception>(() => new TrainingLog(path, 1).Dispose());

        CollectionAssert.AreEqual(lines, File.ReadAllLines(path));
    }
}
