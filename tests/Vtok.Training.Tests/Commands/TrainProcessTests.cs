using System.Diagnostics;
using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Training.Tests.Commands;

/// <summary>vtok-train as a process of its own: signals, kills, locks and full disks.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class TrainProcessTests
{
    private static readonly string[] EndlessSteps = ["steps=1000000", "every.log=1", "every.save=0", "every.validate=0"];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "vtok-train");

    [TestMethod]
    public void A_run_killed_at_random_steps_and_started_again_gives_the_same_losses_step_for_step()
    {
        using var train = new TrainHarness();
        string[] recipe = ["steps=30", "every.log=1", "every.save=4", "every.validate=0", "settings.discriminator.start=10"];
        int seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        Assert.AreEqual(0, TrainHarness.Run(train.Train("whole", recipe)).ExitCode);

        for (int kills = 0, wanted = 0; kills < 3; kills++)
        {
            wanted += random.Next(2, 9);
            using Process victim = Start(train.Train("killed", recipe));
            WaitForStep(train, "killed", wanted, victim);
            victim.Kill();
            victim.WaitForExit();
        }
        (int exitCode, string errors) = Finish(Start(train.Train("killed", recipe)));

        Assert.AreEqual(0, exitCode, errors);
        CollectionAssert.AreEqual(Losses(train, "whole"), Losses(train, "killed"));
    }

    [TestMethod]
    [DataRow("TERM"), DataRow("INT"), DataRow("USR1")]
    public void A_signal_saves_and_leaves(string signal)
    {
        using var train = new TrainHarness();
        using Process running = Start("env", [$"--default-signal={signal}", Program, .. train.Train("run", EndlessSteps)]); // tests may run with it ignored
        WaitForStep(train, "run", 2, running);

        Process.Start("kill", [$"-{signal}", $"{running.Id}"])!.WaitForExit();
        (int exitCode, string errors) = Finish(running);

        Assert.AreEqual(130, exitCode, errors);
        StringAssert.Contains(errors, "interrupted and saved after");
        SafetensorsFile.Open(Directory.GetFiles(Path.Combine(train["run"], "checkpoints")).Single()).Dispose();
    }

    [TestMethod]
    [DataRow(".tar"), DataRow(".zip"), DataRow(".parquet")]
    public void A_pipe_in_the_place_of_a_data_set_is_refused(string extension)
    {
        using var train = new TrainHarness();
        string pipe = train["pipe" + extension];
        Process.Start("mkfifo", [pipe])!.WaitForExit();

        using Process refused = Start([TrainHarness.Tiny, "--data", pipe, "--out", train["run"]]);
        (int exitCode, string errors) = Finish(refused);

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.Contains(errors, "ends at offset 0: empty, a pipe or a device, expected a file");
    }

    [TestMethod]
    public void Ctrl_C_again_leaves_a_run_that_hangs()
    {
        using var train = new TrainHarness();
        string pipe = train["pipe.safetensors"]; // nobody writes to it: opening it never ends
        Process.Start("mkfifo", [pipe])!.WaitForExit();
        using Process running = Start("env", ["--default-signal=INT", Program, .. train.Train("run"), "--init-from", pipe]);
        Assert.IsTrue(SpinWait.SpinUntil(() => File.Exists(Path.Combine(train["run"], "lock")), Patience));

        bool left = SpinWait.SpinUntil(() =>
        {
            Process.Start("kill", ["-INT", $"{running.Id}"])!.WaitForExit();
            return running.WaitForExit(TimeSpan.FromSeconds(0.5));
        }, Patience);

        (int exitCode, string errors) = Finish(running);
        Assert.IsTrue(left);
        Assert.AreEqual(130, exitCode, errors);
        StringAssert.Contains(errors, "asked to stop");
    }

    [TestMethod]
    [DataRow("\"$0\" \"$1\" --dry-run 2>/dev/full", 0)]
    [DataRow("\"$0\" \"$1\" --dry-run <&- 2>&-", 0)]
    [DataRow("\"$0\" missing.json <&- >&- 2>&-", 3)]
    [DataRow("cd $(mktemp -d) && rmdir $PWD && \"$0\" \"$1\" --data nowhere", 3)]
    public void A_process_without_its_standard_streams_or_its_folder_still_has_its_status(string script, int expected)
    {
        using Process process = Start("bash", ["-c", script, Program, TrainHarness.Tiny]);

        (int exitCode, string errors) = Finish(process);

        Assert.AreEqual(expected, exitCode, errors);
    }

    [TestMethod]
    public void A_second_trainer_in_the_same_folder_is_refused_and_the_first_goes_on()
    {
        using var train = new TrainHarness();
        using Process first = Start(train.Train("run", EndlessSteps));
        WaitForStep(train, "run", 1, first);
        string recipe = File.ReadAllText(Path.Combine(train["run"], "recipe.json"));

        (int exitCode, string errors) = Finish(Start(train.Train("run", "steps=3")));

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.Contains(errors, "another vtok-train is at work in this run folder");
        Assert.AreEqual(recipe, File.ReadAllText(Path.Combine(train["run"], "recipe.json")));
        Assert.IsFalse(first.HasExited);
        first.Kill();
        first.WaitForExit();
        Assert.AreEqual(0, Finish(Start(train.Train("run", "steps=3", "every.validate=0"))).ExitCode); // the dead one holds nothing
    }

    [TestMethod]
    public void A_checkpoint_that_finds_no_room_is_status_6_and_leaves_the_one_before()
    {
        using var train = new TrainHarness();
        Assert.AreEqual(0, TrainHarness.Run(train.Train("run", "steps=4", "every.validate=0")).ExitCode);

        // Files of at most 64 kB: logs fit, a checkpoint does not. The signal is ignored so that the write itself fails, as on a full disk.
        (int exitCode, string errors) = Finish(Start("bash", ["-c", "trap '' XFSZ; ulimit -f 64; DOTNET_EnableWriteXorExecute=0 exec \"$@\"", "bash", Program, .. train.Train("run", "steps=8", "every.validate=0")]));

        Assert.AreEqual(6, exitCode, errors);
        StringAssert.Contains(errors, "vtok-train: step-000000008.safetensors: cannot be written");
        StringAssert.Contains(errors, "earlier checkpoints are as they were");
        string[] left = [.. Directory.GetFiles(Path.Combine(train["run"], "checkpoints")).Select(Path.GetFileName).OfType<string>()];
        CollectionAssert.AreEqual((string[])["step-000000004.safetensors"], left);
        Assert.AreEqual(0, TrainHarness.Run(train.Train("run", "steps=8", "every.validate=0")).ExitCode);
    }

    [TestMethod]
    public void Threads_spin_for_a_bounded_time_between_operations()
    {
        using var train = new TrainHarness();
        string[] verbose = ["--unset=OMP_WAIT_POLICY", "--unset=GOMP_SPINCOUNT", "OMP_DISPLAY_ENV=VERBOSE", Program]; // libgomp says what it read

        (int exitCode, string errors) = Finish(Start("env", [.. verbose, .. train.Train("run", "steps=1", "every.validate=0")]));

        Assert.AreEqual(0, exitCode, errors);
        StringAssert.Contains(errors, "GOMP_SPINCOUNT = '2000'");
    }

    private static Process Start(string[] args) => Start(Program, args);

    private static Process Start(string program, string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardError = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        return Process.Start(start)!;
    }

    private static (int ExitCode, string Errors) Finish(Process process)
    {
        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
                process.Kill();
            process.WaitForExit();
            return (process.ExitCode, errors.Result);
        }
    }

    private static void WaitForStep(TrainHarness train, string run, int step, Process process)
    {
        string log = Path.Combine(train[run], "log.jsonl");
        bool reached = SpinWait.SpinUntil(() => process.HasExited || (File.Exists(log) && Lines(log).LastOrDefault() is { } line && (int)line["step"]! >= step), TimeSpan.FromMinutes(2));
        Assert.IsTrue(reached && !process.HasExited, "it never came to that step");
    }

    /// <summary>Step, loss terms and gradient of every line of the log; not the times.</summary>
    private static string[] Losses(TrainHarness train, string run)
    {
        string[] times = ["seconds", "picturesPerSecond", "wait"];
        return [.. Lines(Path.Combine(train[run], "log.jsonl")).Where(line => (string?)line["kind"] == "train")
            .Select(line => string.Join(" ", line.Where(pair => !times.Contains(pair.Key)).Select(pair => $"{pair.Key}={pair.Value}")))];
    }

    private static List<JsonObject> Lines(string log)
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var lines = new List<JsonObject>();
        foreach (string line in reader.ReadToEnd().Split('\n')[..^1]) // what follows the last line end is being written
            lines.Add(JsonNode.Parse(line)!.AsObject());
        return lines;
    }
}
