namespace Vtok.Cli.Tests;

[TestClass]
public class CommandLineTests
{
    [TestMethod]
    public void Help_lists_the_verbs_and_the_exit_statuses()
    {
        using var cli = new CliHarness();

        CliResult result = cli.Run("--help");

        Assert.AreEqual(0, result.ExitCode);
        foreach (string word in new[] { "info", "verify", "trim", "130", "VTOK_MODELS" })
            StringAssert.Contains(result.Text, word);
        Assert.AreEqual("", result.Errors);
    }

    [TestMethod]
    public void Version_is_one_line()
    {
        using var cli = new CliHarness();

        CliResult result = cli.Run("--version");

        Assert.AreEqual(0, result.ExitCode);
        Assert.AreEqual($"vtok {CommandLine.Version}\n", result.Text);
    }

    [TestMethod]
    [DataRow("a verb is missing")]
    [DataRow("frob: no such verb", "frob")]
    [DataRow("info: the input is missing", "info")]
    [DataRow("encode: the input is missing", "encode", "--tokens", "5")]
    [DataRow("an argument is empty", "encode", "")]
    [DataRow("an argument is empty", "encode", "x", "-o", "")]
    [DataRow("an argument is empty", "encode", "x", "--model", "")]
    [DataRow("unknown option --frob", "info", "--frob", "x")]
    [DataRow("--tokens x: expected a whole number", "trim", "x", "-o", "y", "--tokens", "x")]
    [DataRow("--tokens 0: expected a whole number", "trim", "x", "-o", "y", "--tokens", "0")]
    [DataRow("either --tokens or --target-bytes", "trim", "x", "-o", "y")]
    [DataRow("either --tokens or --target-bytes", "trim", "x", "-o", "y", "--tokens", "1", "--target-bytes", "9")]
    [DataRow("-o - takes one input", "trim", "x", "y", "-o", "-", "--tokens", "1")]
    [DataRow("--json and the result", "trim", "x", "-o", "-", "--tokens", "1", "--json")]
    [DataRow("can be read only once", "info", "-", "-")]
    public void Usage_errors_are_one_line_and_status_2(string contains, params string[] args)
    {
        using var cli = new CliHarness();

        CliResult result = cli.Run(args);

        result.IsRefusal(2, contains);
    }

    [TestMethod]
    public void Control_characters_of_names_are_escaped()
    {
        using var cli = new CliHarness();

        CliResult result = cli.Run("info", cli["a\u001b[31m\nb.vtok"]);

        result.IsRefusal(3, "a\\u001b[31m\\u000ab.vtok: is not there");
    }

    [TestMethod]
    public void A_full_standard_output_is_status_6()
    {
        using var cli = new CliHarness();
        string file = cli.TokenFile("a.vtok");
        using var full = new FullStream();

        CliResult result = cli.Run(new MemoryStream(), full, default, "info", file, file);

        result.IsRefusal(6, "standard output");
    }

    [TestMethod]
    public void An_interrupted_run_is_status_130()
    {
        using var cli = new CliHarness();

        CliResult result = cli.Run(new MemoryStream(), new MemoryStream(), new CancellationToken(canceled: true), "info", cli.TokenFile("a.vtok"));

        result.IsRefusal(130, "interrupted");
    }

    private sealed class FullStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("no space", 28);
    }
}
