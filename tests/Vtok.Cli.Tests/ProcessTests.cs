using System.Diagnostics;

namespace Vtok.Cli.Tests;

/// <summary>The program as a process of its own: what only a real process shows.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public class ProcessTests
{
    private static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "vtok");

    private static (int ExitCode, string Output, string Errors) Shell(CliHarness cli, string script)
    {
        using Process process = Start(cli, "bash", "-c", script);
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static Process Start(CliHarness cli, string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = cli.Folder.Path,
        };
        start.Environment["VTOK_MODELS"] = cli["models"];
        start.Environment["VTOK"] = Program;
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }

    [TestMethod]
    [DataRow("--help")]
    [DataRow("--version")]
    [DataRow("info a.vtok")]
    [DataRow("verify a.vtok")]
    [DataRow("trim a.vtok -o b.vtok --tokens 9")]
    [DataRow("encode missing.png")]
    [DataRow("decode missing.vtok")]
    public void Libtorch_stays_out_of_what_needs_no_networks(string args)
    {
        using var cli = new CliHarness();
        cli.TokenFile("a.vtok");

        (int exitCode, _, string errors) = Shell(cli, $"LD_DEBUG=files LD_DEBUG_OUTPUT={cli["ld"]} $VTOK {args}");

        Assert.IsTrue(exitCode is 0 or 3, errors);
        string loaded = string.Concat(Directory.EnumerateFiles(cli.Folder.Path, "ld.*").Select(File.ReadAllText));
        StringAssert.Contains(loaded, "libcoreclr"); // the log does show what is loaded
        Assert.IsFalse(loaded.Contains("libtorch", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow("$VTOK info a.vtok > /dev/full")]
    [DataRow("$VTOK info a.vtok >&-")]
    [DataRow("$VTOK trim a.vtok -o - --tokens 700 -q > /dev/full")]
    [DataRow("$VTOK trim a.vtok -o /dev/full --tokens 700")]
    [DataRow("{ sleep 0.3; $VTOK info a.vtok; } | :; exit ${PIPESTATUS[0]}")]
    public void A_full_closed_or_broken_output_is_status_6(string script)
    {
        using var cli = new CliHarness();
        cli.TokenFile("a.vtok");

        (int exitCode, _, string errors) = Shell(cli, script);

        Assert.AreEqual(6, exitCode, errors);
        Assert.AreEqual(1, errors.Count(c => c == '\n'), errors);
        StringAssert.StartsWith(errors, "vtok: ");
        CollectionAssert.AreEqual(new[] { "a.vtok", "models" }, cli.Folder.Names);
    }

    [TestMethod]
    [DataRow("$VTOK encode - -o b.vtok <&-", 3, "vtok: standard input: not a picture: the file is empty")]
    [DataRow("$VTOK encode missing.png 2>&-", 3, "")]
    [DataRow("$VTOK encode - -o - <&- >&-", 3, "vtok: standard input")]
    [DataRow("$VTOK info a.vtok <&- >&-", 6, "vtok: standard output")]
    [DataRow("$VTOK info a.vtok <&- 2>&-", 0, "")]
    [DataRow("mkdir gone; cd gone; rmdir ../gone; $VTOK info a.vtok", 3, "vtok: the folder that this shell is in was deleted")]
    public void A_process_without_its_standard_streams_or_its_folder_still_has_its_status(string script, int expected, string begins)
    {
        using var cli = new CliHarness();
        cli.TokenFile("a.vtok");

        (int exitCode, _, string errors) = Shell(cli, $"{{ {script}; }}");

        Assert.AreEqual(expected, exitCode, errors);
        StringAssert.StartsWith(errors, begins);
        Assert.IsLessThanOrEqualTo(1, errors.Count(c => c == '\n'), errors);
        CollectionAssert.AreEqual(new[] { "a.vtok", "models" }, cli.Folder.Names);
    }

    [TestMethod]
    public void A_name_that_is_not_UTF_8_is_said_to_be_so()
    {
        using var cli = new CliHarness();

        (int exitCode, _, string errors) = Shell(cli, "printf x > $'bad\\xff.png'; $VTOK encode bad*.png; r=$?; rm bad*; exit $r");

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.Contains(errors, "which is not UTF-8");
    }

    [TestMethod]
    [DataRow("INT")]
    [DataRow("TERM")]
    public void A_signal_ends_it_with_130_and_leaves_nothing(string signal)
    {
        using var cli = new CliHarness();
        // tests may run with the signal ignored
        using Process waiting = Start(cli, "env", $"--default-signal={signal}", Program, "trim", "-", "-o", cli["out.vtok"], "--tokens", "5");
        SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{waiting.Id}/wchan").Contains("pipe", StringComparison.Ordinal), TimeSpan.FromSeconds(5));

        Process.Start("kill", [$"-{signal}", $"{waiting.Id}"])!.WaitForExit();
        bool ended = waiting.WaitForExit(TimeSpan.FromSeconds(10));

        Assert.IsTrue(ended);
        Assert.AreEqual(130, waiting.ExitCode);
        Assert.AreEqual("vtok: interrupted\n", waiting.StandardError.ReadToEnd());
        Assert.IsFalse(File.Exists(cli["out.vtok"]));
    }

    [TestMethod]
    public void Native_libraries_say_nothing_on_standard_error()
    {
        using var cli = new CliHarness();
        File.WriteAllBytes(cli["bad.jpg"], [0xFF, 0xD8, 0xFF, 0xE0, .. new byte[300]]);

        (int exitCode, string output, string errors) = Shell(cli, "$VTOK encode bad.jpg");

        Assert.AreEqual(3, exitCode);
        Assert.AreEqual("", output);
        Assert.AreEqual(1, errors.Count(c => c == '\n'), errors);
    }

    [TestMethod]
    public void Doctor_reports_and_checks_the_numbers()
    {
        using var cli = new CliHarness();

        (int exitCode, string output, string errors) = Shell(cli, "$VTOK doctor");

        Assert.AreEqual(0, exitCode, output + errors);
        StringAssert.Contains(output, "libtorch");
        StringAssert.Contains(output, "ok             cpu: convolution");
        Assert.IsFalse(output.Contains("FAIL", StringComparison.Ordinal));
    }

    [TestMethod]
    public void A_wrong_libtorch_folder_is_one_line_and_status_4()
    {
        using var cli = new CliHarness();

        (int exitCode, string output, string errors) = Shell(cli, "VTOK_LIBTORCH=/nowhere $VTOK doctor");

        Assert.AreEqual(4, exitCode, errors);
        StringAssert.Contains(output, "FAIL           libtorch: libtorch was not found");
    }
}
