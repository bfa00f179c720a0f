using System.Diagnostics;
using System.Text.Json.Nodes;
using Vtok.Models.Weights;
using Vtok.Training.Tests.Commands;

namespace Vtok.Training.Tests.Collectives;

/// <summary>vtok-train as several processes on this machine.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class ProcessesTests
{
    private static readonly string[] Endless = ["steps=1000000", "every.log=1", "every.save=0", "every.validate=0"];
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "vtok-train");

    [TestMethod]
    public void Two_processes_have_the_losses_of_one_and_leave_one_model()
    {
        using var train = new TrainHarness();
        string[] recipe = ["steps=20", "every.log=1", "every.validate=0", "settings.discriminator.start=5", "settings.discriminator.lecam=0"];
        Assert.AreEqual(0, TrainHarness.Run(train.Train("one", recipe)).ExitCode);

        using Team team = Start(2, train.Train("two", recipe));

        Assert.IsTrue(team.Finish().All(code => code == 0), team.Errors);
        double[] one = Losses(train, "one"), two = Losses(train, "two");
        Assert.HasCount(20, two);
        Assert.IsLessThan(1e-4, one.Zip(two, (a, b) => Math.Abs(a - b) / Math.Abs(a)).Max());
        StringAssert.Contains(team.Errors, "8 samples a step = 2 processes (TCP) x 1 micro-batches of 4");
        Assert.IsTrue(File.Exists(Path.Combine(train["two"], "model", "model.safetensors")));
    }

    [TestMethod]
    [DataRow(1), DataRow(0)]
    public void A_process_that_is_killed_stops_the_others_within_a_minute_with_its_name(int victim)
    {
        using var train = new TrainHarness();
        using Team team = Start(3, train.Train("run", [.. Endless, "batch=6"]));
        team.WaitForStep(train["run"], 2);

        long killed = Stopwatch.GetTimestamp();
        team[victim].Kill();
        int[] codes = team.Finish(Minute);

        Console.WriteLine($"rank {victim} killed; the others had stopped {Stopwatch.GetElapsedTime(killed).TotalSeconds:F1} s later");
        for (int rank = 0; rank < 3; rank++)
            if (rank != victim)
            {
                Assert.AreEqual(7, codes[rank], team.Errors);
                StringAssert.Contains(team.Said(rank), $"rank {victim} is gone");
            }
    }

    [TestMethod]
    public void A_signal_to_one_process_lets_all_save_and_leave_at_the_same_step()
    {
        using var train = new TrainHarness();
        using Team team = Start(2, train.Train("run", Endless));
        team.WaitForStep(train["run"], 2);

        Process.Start("kill", ["-TERM", $"{team[1].Id}"])!.WaitForExit();
        int[] codes = team.Finish(Minute);

        CollectionAssert.AreEqual((int[])[130, 130], codes, team.Errors);
        SafetensorsFile.Open(Directory.GetFiles(Path.Combine(train["run"], "checkpoints")).Single()).Dispose();
    }

    [TestMethod]
    public void A_process_that_fails_stops_the_others_with_its_reason()
    {
        using var train = new TrainHarness();
        string[] other = [.. train.Train("run", Endless)];
        other[Array.IndexOf(other, "--data") + 1] = train["nowhere"];

        using Team team = new(rank => TwoOf(rank, rank == 1 ? other : train.Train("run", Endless)), 2);

        CollectionAssert.AreEqual((int[])[7, 3], team.Finish(Minute), team.Errors);
        StringAssert.Contains(team.Said(0), "rank 1 ended: ");
        StringAssert.Contains(team.Said(0), "nowhere");
    }

    [TestMethod]
    public void One_box_starts_all_and_stops_all_when_one_is_killed()
    {
        using var train = new TrainHarness();
        using Team team = new(_ => OneBox(2, train.Train("run", Endless)), 1);
        team.WaitForStep(train["run"], 2);
        int victim = Children(team[0].Id).Max();

        Process.Start("kill", ["-KILL", $"{victim}"])!.WaitForExit();
        int code = team.Finish(Minute)[0];

        Assert.AreNotEqual(0, code);
        StringAssert.Contains(team.Errors, "is gone");
        Assert.IsEmpty(Children(team[0].Id));
    }

    [TestMethod]
    [DataRow("USR1"), DataRow("TERM")]
    public void One_box_hands_a_signal_on_and_ends_with_the_status_of_its_processes(string signal)
    {
        using var train = new TrainHarness();
        using Team team = new(_ => OneBox(2, train.Train("run", Endless)), 1);
        team.WaitForStep(train["run"], 2);

        Process.Start("kill", [$"-{signal}", $"{team[0].Id}"])!.WaitForExit();

        Assert.AreEqual(130, team.Finish(Minute)[0], team.Errors);
        StringAssert.Contains(team.Errors, "interrupted and saved");
    }

    [TestMethod]
    public void Mpirun_starts_two_processes_with_the_losses_of_one()
    {
        if (Programs.Find("mpirun") is null)
        {
            Assert.Inconclusive("mpirun is not installed");
            return;
        }
        using var train = new TrainHarness();
        string[] recipe = ["steps=10", "every.log=1", "every.validate=0", "accumulate=2"];
        Assert.AreEqual(0, TrainHarness.Run(train.Train("one", recipe)).ExitCode);

        using Team team = new(_ => Mpirun(2, train.Train("two", recipe)), 1);

        Assert.AreEqual(0, team.Finish()[0], team.Errors);
        StringAssert.Contains(team.Errors, "8 samples a step = 2 processes (MPI) x 2 micro-batches of 2");
        double[] one = Losses(train, "one"), two = Losses(train, "two");
        Assert.IsLessThan(1e-4, one.Zip(two, (a, b) => Math.Abs(a - b) / Math.Abs(a)).Max());
    }

    [TestMethod]
    public void A_process_that_is_frozen_under_mpirun_stops_the_others_within_a_minute_with_its_name()
    {
        if (Programs.Find("mpirun") is null)
        {
            Assert.Inconclusive("mpirun is not installed");
            return;
        }
        using var train = new TrainHarness();
        using Team team = new(_ => Mpirun(3, train.Train("run", [.. Endless, "batch=6"])), 1);
        team.WaitForStep(train["run"], 2);
        int victim = Children(team[0].Id).Single(child => File.ReadAllText($"/proc/{child}/environ").Split('\0').Contains("OMPI_COMM_WORLD_RANK=1"));

        long frozen = Stopwatch.GetTimestamp();
        Process.Start("kill", ["-STOP", $"{victim}"])!.WaitForExit();
        int code = team.Finish(Minute)[0];

        Console.WriteLine($"the others had stopped {Stopwatch.GetElapsedTime(frozen).TotalSeconds:F1} s later");
        Assert.AreEqual(7, code, team.Errors);
        StringAssert.Contains(team.Errors, "rank 1 is gone");
    }

    private static ProcessStartInfo OneBox(int world, string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "trainers", "launch", "one-box.sh"), [$"{world}", .. args]);
        start.Environment["VTOK_TRAIN"] = Program;
        start.Environment["MASTER_PORT"] = $"{Together.FreePort()}";
        return start;
    }

    private static ProcessStartInfo Mpirun(int world, string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "trainers", "launch", "mpirun.sh"), [$"{world}", .. args]);
        start.Environment["VTOK_TRAIN"] = Program;
        start.Environment["MPIRUN_OPTIONS"] = "--oversubscribe --bind-to none";
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        return start;
    }

    private static Team Start(int world, string[] args)
    {
        int port = Together.FreePort();
        return new Team(rank => Of(rank, world, port, args), world);
    }

    private static readonly int TwoPort = Together.FreePort();

    private static ProcessStartInfo TwoOf(int rank, string[] args) => Of(rank, 2, TwoPort, args);

    private static ProcessStartInfo Of(int rank, int world, int port, string[] args)
    {
        var start = new ProcessStartInfo(Program, args);
        foreach ((string name, object value) in ((string, object)[])[("RANK", rank), ("WORLD_SIZE", world), ("LOCAL_RANK", rank), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", port)])
            start.Environment[name] = $"{value}";
        return start;
    }

    private static int[] Children(int id) =>
    [
        .. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!))
            .Where(child => Parent(child) == id && !Exited(child)),
    ];

    private static int Parent(int id) => Status(id) is { } fields ? int.Parse(fields[1]) : 0;

    private static bool Exited(int id) => Status(id) is not { } fields || fields[0] == "Z";

    // State and parent follow the name, which stands in brackets.
    private static string[]? Status(int id)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double[] Losses(TrainHarness train, string run) =>
    [
        .. File.ReadLines(Path.Combine(train[run], "log.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["kind"] == "train").Select(line => (double)line["loss"]!),
    ];
}
