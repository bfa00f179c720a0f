using System.Xml.Linq;

namespace Vtok.Training.Tests.Commands;

[TestClass]
public sealed class RunCurvesTests
{
    private static readonly string[] Log =
    [
        """{"kind":"train","step":10,"seconds":1,"loss":0.5,"usage":0.5,"perplexity":30,"gradient":2}""",
        """{"kind":"skipped","step":10,"name":"a.png","reason":"cut short"}""",
        """{"kind":"train","step":20,"seconds":2,"loss":null,"usage":0.6,"perplexity":40,"gradient":1}""",
        """{"kind":"validate","step":20,"seconds":2,"score":12,"psnr8":12,"psnr16":14}""",
        "5",
        """{"kind":"train","step":"x","loss":1}""",
        """{"kind":1,"step":30,"loss":1}""",
        """{"kind":"train","step":30,"step":31,"loss":1}""",
        """{"kind":"train","step":30,"se""", // being written
    ];

    [TestMethod]
    public void Loss_codebook_and_quality_of_several_runs_are_drawn_as_svg()
    {
        using var train = new TrainHarness();
        string first = Run(train, "first"), second = Run(train, "second"), output = train["curves.svg"];

        (int exitCode, _, string errors) = TrainHarness.Run("plot", first, second, "-o", output);

        Assert.AreEqual(0, exitCode, errors);
        XElement svg = XDocument.Load(output).Root!;
        Assert.AreEqual("svg", svg.Name.LocalName);
        string words = string.Concat(svg.DescendantNodes().OfType<XText>().Select(text => text.Value));
        foreach (string title in (string[])["train: loss", "train: usage", "train: perplexity", "validate: psnr", "first psnr16", "second psnr16"])
            StringAssert.Contains(words, title);
        Assert.IsFalse(words.Contains("gradient", StringComparison.Ordinal));
    }

    [TestMethod]
    public void A_value_asked_for_is_drawn_as_png()
    {
        using var train = new TrainHarness();

        (int exitCode, _, string errors) = TrainHarness.Run("plot", Run(train, "run"), "-o", train["curves.png"], "--value", "grad");

        Assert.AreEqual(0, exitCode, errors);
        CollectionAssert.AreEqual((byte[])[0x89, 0x50, 0x4E, 0x47], File.ReadAllBytes(train["curves.png"])[..4]);
    }

    [TestMethod]
    [DataRow("curves.pdf", "loss", 2), DataRow("curves.png", "nothing", 3), DataRow("none/curves.png", "loss", 6), DataRow("none/curves.svg", "loss", 6)]
    public void What_cannot_be_drawn_is_refused(string output, string value, int expected)
    {
        using var train = new TrainHarness();

        (int exitCode, _, string errors) = TrainHarness.Run("plot", Run(train, "run"), "-o", train[output], "--value", value);

        Assert.AreEqual(expected, exitCode, errors);
        Assert.MatchesRegex(@"^vtok-train: \S+: ", errors); // says which file
    }

    [TestMethod]
    public void A_log_that_cannot_be_read_is_a_refused_input()
    {
        using var train = new TrainHarness();
        string run = Run(train, "run"), log = Path.Combine(run, "log.jsonl");
        using var held = new FileStream(log, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        (int exitCode, _, string errors) = TrainHarness.Run("plot", run, "-o", train["curves.png"]);

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.StartsWith(errors, $"vtok-train: {log}: cannot be read: ");
    }

    private static string Run(TrainHarness train, string name)
    {
        File.WriteAllLines(Path.Combine(Directory.CreateDirectory(train[name]).FullName, "log.jsonl"), Log);
        return train[name];
    }
}
