using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vtok.Training.Runs;

/// <summary>The run's log: one JSON object a line, flushed at once.</summary>
internal sealed class TrainingLog : IDisposable
{
    private readonly StreamWriter _writer;

    /// <summary>Opens the log for appending; lines of steps after <paramref name="step"/>, left by a killed run, are dropped.</summary>
    public TrainingLog(string path, long step)
    {
        if (File.Exists(path))
        {
            string[] kept = [.. File.ReadLines(path).Where(line => StepOf(line) <= step)];
            File.WriteAllLines(path, kept);
        }
        _writer = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true };
    }

    /// <summary>Writes a line.</summary>
    /// <param name="kind">"train", "validate", ...</param>
    /// <param name="step">Steps done.</param>
    /// <param name="values">Numbers by name.</param>
    public void Write(string kind, long step, IEnumerable<KeyValuePair<string, double>> values)
    {
        var line = new JsonObject { ["kind"] = kind, ["step"] = step };
        foreach ((string name, double value) in values)
            line[name] = double.IsFinite(value) ? double.Parse(value.ToString("G7", System.Globalization.CultureInfo.InvariantCulture),
                System.Globalization.CultureInfo.InvariantCulture) : null;
        _writer.WriteLine(line.ToJsonString());
    }

    /// <summary>Writes a line about something that has a name.</summary>
    public void Write(string kind, long step, string name, string reason) =>
        _writer.WriteLine(new JsonObject { ["kind"] = kind, ["step"] = step, ["name"] = name, ["reason"] = reason }.ToJsonString());

    public void Dispose() => _writer.Dispose();

    private static long StepOf(string line)
    {
        try
        {
            return (long?)JsonNode.Parse(line)?["step"] ?? long.MaxValue;
        }
        catch (JsonException)
        {
            return long.MaxValue; // the last line of a killed run
        }
    }
}
