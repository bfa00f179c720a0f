using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vtok.Cli;

/// <summary>One verb over many inputs: each is tried, failures are told and counted, the first one's status is the command's.</summary>
internal sealed class FileRun(CliConsole console, IReadOnlyList<InputFile> inputs, bool json, bool quiet)
{
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly JsonArray _reports = [];
    private int _exitCode;
    private int _done;
    private int _failed;

    public IReadOnlyList<InputFile> Inputs => inputs;

    /// <summary>Whether the results are to be one JSON document.</summary>
    public bool Json => json;

    /// <summary>Runs over all inputs.</summary>
    /// <param name="work">Handles one input and returns its facts for --json.</param>
    /// <returns>The exit status.</returns>
    public int Each(Func<InputFile, JsonObject> work)
    {
        foreach (InputFile input in inputs)
        {
            ShowProgress(input);
            console.Cancellation.ThrowIfCancellationRequested();
            Try(input, () => work(input));
        }
        return Finish();
    }

    /// <summary>Handles one input; a failure is told and noted unless it ends the whole command.</summary>
    /// <param name="input">The input.</param>
    /// <param name="work">Handles it and returns its facts for --json.</param>
    public void Try(InputFile input, Func<JsonObject> work)
    {
        try
        {
            Done(input, work());
        }
        catch (Exception e) when (e is not (OperationCanceledException or BrokenOutputException or SubjectException))
        {
            Failed(input, e);
        }
    }

    /// <summary>Shows which input is at work, when there are several.</summary>
    public void ShowProgress(InputFile input)
    {
        if (!quiet && inputs.Count > 1)
            console.ShowProgress($"{_done + _failed + 1}/{inputs.Count} {input.Name}");
    }

    private void Done(InputFile input, JsonObject facts)
    {
        _done++;
        if (json)
            _reports.Add(Report(input, "ok", facts));
    }

    private void Failed(InputFile input, Exception error)
    {
        Refusal refusal = Refusal.Of(error);
        Note(console.Report(error, input.Name));
        _failed++;
        if (json)
            _reports.Add(Report(input, "failed", new JsonObject { ["exitCode"] = refusal.ExitCode, ["error"] = refusal.Message }));
    }

    /// <summary>Tells of a written file that is larger than was asked for.</summary>
    public void CheckTarget(InputFile input, int length, int? target)
    {
        if (length <= target || target is null)
            return;
        console.Say($"vtok: {input.Name}: {length} bytes is the least that there is, more than the target of {target} (it was written)");
        Note(ExitCodes.Target);
    }

    /// <summary>Says something on standard error, unless --quiet, or --json, which says it better.</summary>
    public void Say(string line)
    {
        if (!quiet && !json)
            console.Say(line);
    }

    /// <summary>Prints the document or the counts.</summary>
    /// <returns>The exit status.</returns>
    public int Finish()
    {
        console.ClearProgress();
        if (json)
            console.WriteLine(new JsonObject { ["files"] = _reports, ["done"] = _done, ["failed"] = _failed }.ToJsonString(Indented));
        else if (inputs.Count > 1 && (!quiet || _failed > 0))
            console.Say($"vtok: {_done} done, {_failed} failed");
        return _exitCode;
    }

    private void Note(int exitCode) => _exitCode = _exitCode == ExitCodes.Done ? exitCode : _exitCode;

    private static JsonObject Report(InputFile input, string status, JsonObject facts)
    {
        var report = new JsonObject { ["file"] = input.Path, ["status"] = status };
        foreach ((string name, JsonNode? value) in facts.ToArray())
        {
            facts.Remove(name);
            report[name] = value;
        }
        return report;
    }
}
