using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vtok.Training.Runs;

/// <summary>The run's log: one JSON object a line, flushed at once, and the same numbers in an event file of TensorBoard beside it.</summary>
internal sealed class TrainingLog : IDisposable
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StreamWriter _writer;
    private readonly EventFile _events;

    /// <summary>Opens the log for appending; lines of steps after <paramref name="step"/>, left by a killed run, are dropped: at step 0, which is measured anew, all are.</summary>
    public TrainingLog(string path, long step)
    {
        if (File.Exists(path))
            Drop(path, step);
        _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
        _events = new EventFile(Path.GetDirectoryName(Path.GetFullPath(path))!, step);
    }

    /// <summary>Writes a line.</summary>
    /// <param name="kind">"train", "validate", ...</param>
    /// <param name="step">Steps done.</param>
    /// <param name="values">Numbers by name.</param>
    public void Write(string kind, long step, IEnumerable<KeyValuePair<string, double>> values)
    {
        var line = new JsonObject { ["kind"] = kind, ["step"] = step };
        KeyValuePair<string, double>[] rounded = [.. values.Select(value => KeyValuePair.Create(value.Key, Rounded(value.Value)))];
        foreach ((string name, double value) in rounded)
            line[name] = double.IsFinite(value) ? value : null;
        _writer.WriteLine(line.ToJsonString());
        _events.Write(step, rounded.Select(value => KeyValuePair.Create($"{kind}/{value.Key}", value.Value)));
    }

    /// <summary>Writes a line about something that has a name, in the JSON log alone.</summary>
    public void Write(string kind, long step, string name, string reason) =>
        _writer.WriteLine(new JsonObject { ["kind"] = kind, ["step"] = step, ["name"] = name, ["reason"] = reason }.ToJsonString(Readable));

    public void Dispose()
    {
        _writer.Dispose();
        _events.Dispose();
    }

    // Under another name first: a disk that is full, or a kill, must not cost the lines that stay.
    private static void Drop(string path, long step)
    {
        string temporary = path + ".tmp";
        try
        {
            File.WriteAllLines(temporary, step == 0 ? [] : File.ReadLines(path).Where(line => StepOf(line) <= step));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static double Rounded(double value) => double.Parse(value.ToString("G7", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static long StepOf(string line)
    {
        try
        {
            return (long?)JsonNode.Parse(line)?["step"] ?? long.MaxValue;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return long.MaxValue; // the last line of a killed run, or none of ours
        }
    }
}
