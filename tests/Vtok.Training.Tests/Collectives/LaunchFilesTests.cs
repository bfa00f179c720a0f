using System.Diagnostics;
using Vtok.Training.Collectives;
using YamlDotNet.RepresentationModel;

namespace Vtok.Training.Tests.Collectives;

/// <summary>The files of trainers/launch.</summary>
[TestClass]
public sealed class LaunchFilesTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "trainers", "launch");

    [TestMethod]
    public void Shellcheck_finds_nothing_in_the_scripts()
    {
        if (Programs.Find("shellcheck") is not { } shellcheck)
        {
            Assert.Inconclusive("shellcheck is not installed");
            return;
        }
        string[] scripts = [.. Directory.GetFiles(Folder, "*.sh"), Path.Combine(Folder, "slurm.sbatch")];

        using Process process = Process.Start(new ProcessStartInfo(shellcheck, scripts) { RedirectStandardOutput = true })!;
        string found = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.HasCount(4, scripts);
        Assert.AreEqual(0, process.ExitCode, found);
    }

    [TestMethod]
    public void The_scripts_can_be_executed_and_say_how_when_nothing_is_given()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("shell scripts");
        foreach (string script in Directory.GetFiles(Folder, "*.sh"))
        {
            using Process process = Process.Start(new ProcessStartInfo(script) { RedirectStandardError = true })!;
            string said = process.StandardError.ReadToEnd();
            process.WaitForExit();

            Assert.AreEqual(2, process.ExitCode, script);
            StringAssert.StartsWith(said, $"usage: {Path.GetFileName(script)} ");
        }
    }

    [TestMethod]
    [DataRow(0, ""), DataRow(130, "requeue 17"), DataRow(7, "")]
    public void The_Slurm_job_hands_all_options_on_and_queues_up_again_when_it_was_interrupted(int status, string asked)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("shell scripts");
            return;
        }
        string folder = TestRuns.Folder();
        foreach ((string name, string body) in ((string, string)[])[("srun", $"printf '%s|' \"$@\" > {folder}/started; exit {status}"), ("scontrol", $"printf '%s' \"$*\" > {folder}/asked")])
        {
            File.WriteAllText(Path.Combine(folder, name), $"#!/bin/sh\n{body}\n");
            File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        var start = new ProcessStartInfo("bash", [Path.Combine(Folder, "slurm.sbatch"), "recipe.json", "--device", "cpu", "--data", "two words"]);
        start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["SLURM_JOB_ID"] = "17";

        using Process process = Process.Start(start)!;
        process.WaitForExit();

        Assert.AreEqual(status, process.ExitCode);
        StringAssert.EndsWith(File.ReadAllText(Path.Combine(folder, "started")), "|vtok-train|recipe.json|--device|cpu|--data|two words|");
        string file = Path.Combine(folder, "asked");
        Assert.AreEqual(asked, File.Exists(file) ? File.ReadAllText(file) : "");
        Directory.Delete(folder, recursive: true);
    }

    [TestMethod]
    public void The_Kubernetes_job_has_what_its_processes_need()
    {
        YamlMappingNode[] documents = Documents("kubernetes-job.yaml");
        YamlMappingNode service = documents.Single(document => Text(document, "kind") == "Service");
        YamlMappingNode job = documents.Single(document => Text(document, "kind") == "Job");
        YamlMappingNode pod = At(job, "spec", "template", "spec");
        YamlMappingNode container = (YamlMappingNode)((YamlSequenceNode)pod["containers"]).Single();
        Dictionary<string, string> environment = ((YamlSequenceNode)container["env"]).ToDictionary(entry => Text(entry, "name"), entry => Text(entry, "value"));

        Assert.AreEqual("batch/v1", Text(job, "apiVersion"));
        Assert.AreEqual("Indexed", Text(At(job, "spec"), "completionMode"));
        Assert.AreEqual(environment["WORLD_SIZE"], Text(At(job, "spec"), "completions"));
        Assert.AreEqual(environment["WORLD_SIZE"], Text(At(job, "spec"), "parallelism"));
        Assert.AreEqual("Never", Text(pod, "restartPolicy"));
        Assert.AreEqual("None", Text(At(service, "spec"), "clusterIP"));
        Assert.AreEqual(Text(At(service, "metadata"), "name"), Text(pod, "subdomain"));
        Assert.AreEqual(Text(At(job, "metadata"), "name"), Text(At(service, "spec", "selector"), "job-name"));
        Assert.AreEqual($"{Text(At(job, "metadata"), "name")}-0.{Text(pod, "subdomain")}", environment["MASTER_ADDR"]);
        string[] volumes = [.. ((YamlSequenceNode)pod["volumes"]).Select(volume => Text(volume, "name")).Order(StringComparer.Ordinal)];
        string[] mounts = [.. ((YamlSequenceNode)container["volumeMounts"]).Select(mount => Text(mount, "name")).Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(volumes, mounts);
    }

    [TestMethod]
    public void The_environment_of_the_Kubernetes_job_is_understood()
    {
        YamlMappingNode job = Documents("kubernetes-job.yaml").Single(document => Text(document, "kind") == "Job");
        var container = (YamlMappingNode)((YamlSequenceNode)At(job, "spec", "template", "spec")["containers"]).Single();
        Dictionary<string, string> variables = ((YamlSequenceNode)container["env"]).ToDictionary(entry => Text(entry, "name"), entry => Text(entry, "value"));
        variables["JOB_COMPLETION_INDEX"] = "3";

        LaunchEnvironment place = LaunchEnvironment.Read(variables);

        Assert.AreEqual(new LaunchEnvironment("Kubernetes", 3, 4, 0, "vtok-train-0.vtok-train", 29500), place);
    }

    private static YamlMappingNode[] Documents(string file)
    {
        var stream = new YamlStream();
        using var reader = new StreamReader(Path.Combine(Folder, file));
        stream.Load(reader);
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    private static YamlMappingNode At(YamlNode node, params string[] path) => (YamlMappingNode)path.Aggregate(node, (at, name) => at[name]);

    private static string Text(YamlNode node, string name) => ((YamlScalarNode)node[name]).Value!;
}
