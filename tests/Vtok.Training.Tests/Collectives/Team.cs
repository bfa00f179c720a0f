using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Vtok.Training.Tests.Collectives;

/// <summary>Processes that were started together, and what they say on standard error.</summary>
internal sealed class Team : IDisposable
{
    private readonly Process[] _processes;
    private readonly StringBuilder[] _said;

    /// <summary>Starts as many processes as told.</summary>
    public Team(Func<int, ProcessStartInfo> start, int count)
    {
        _said = [.. Enumerable.Range(0, count).Select(_ => new StringBuilder())];
        _processes = [.. Enumerable.Range(0, count).Select(rank => Start(start(rank), _said[rank]))];
    }

    /// <summary>All that was said, rank by rank.</summary>
    public string Errors => string.Join("\n", _said.Select((_, rank) => $"--- {rank}\n{Said(rank)}"));

    public Process this[int rank] => _processes[rank];

    public string Said(int rank)
    {
        lock (_said[rank])
            return _said[rank].ToString();
    }

    /// <summary>Waits for all and returns their exit statuses; a time that is over is a failed test.</summary>
    public int[] Finish(TimeSpan? limit = null)
    {
        using var over = new CancellationTokenSource(limit ?? TimeSpan.FromMinutes(5));
        try
        {
            Task.WaitAll([.. _processes.Select(process => process.WaitForExitAsync(over.Token))], CancellationToken.None);
        }
        catch (AggregateException e) when (e.InnerException is OperationCanceledException)
        {
            Assert.Fail($"still running: {string.Join(", ", _processes.Select((process, rank) => (process, rank)).Where(p => !p.process.HasExited).Select(p => p.rank))}\n{Errors}");
        }
        return [.. _processes.Select(process => process.ExitCode)];
    }

    /// <summary>Waits until the log of the run has a step.</summary>
    public void WaitForStep(string run, int step)
    {
        string log = Path.Combine(run, "log.jsonl");
        bool reached = SpinWait.SpinUntil(() => _processes.Any(process => process.HasExited) || (File.Exists(log) && LastStep(log) >= step), TimeSpan.FromMinutes(4));
        Assert.IsTrue(reached && !_processes.Any(process => process.HasExited), $"it never came to step {step}\n{Errors}");
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }

    private static Process Start(ProcessStartInfo start, StringBuilder said)
    {
        start.RedirectStandardError = true;
        start.Environment["OMP_NUM_THREADS"] = "1";
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
                said.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        return process;
    }

    private static int LastStep(string log)
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        string[] lines = reader.ReadToEnd().Split('\n')[..^1];
        return lines.Length == 0 ? 0 : (int)JsonNode.Parse(lines[^1])!["step"]!;
    }
}
