using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Bench;

/// <summary>The same training in Python (tools/pytorch/training_step.py), in a process of its own that works only when it is asked to.</summary>
internal sealed class PythonTrainer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vtok-bench-").FullName;
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <summary>Hands weights and inputs over, and reads the losses of the first steps.</summary>
    /// <exception cref="InvalidOperationException">Python failed; the message has its last line.</exception>
    public PythonTrainer(string python, TrainingSubject subject, int threads)
    {
        JsonObject step = (JsonObject)subject.Settings.DeepClone();
        step["lr"] = TrainingSubject.Optimizer.LearningRate;
        step["beta1"] = TrainingSubject.Optimizer.Beta1;
        step["beta2"] = TrainingSubject.Optimizer.Beta2;
        step["epsilon"] = TrainingSubject.Optimizer.Epsilon;
        step["weight_decay"] = TrainingSubject.Optimizer.WeightDecay;
        step["clip"] = TrainingSubject.Optimizer.Clip;
        step["average"] = TrainingSubject.Average;
        File.WriteAllText(Path.Combine(_folder, "step.json"), step.ToJsonString());
        using (DisposeScope scope = NewDisposeScope())
            SafetensorsWriter.Write(Path.Combine(_folder, "weights.safetensors"), subject.Model.state_dict());
        SafetensorsWriter.Write(Path.Combine(_folder, "inputs.safetensors"), subject.Inputs);

        ProcessStartInfo start = new(python) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[Script(), _folder, threads.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        try
        {
            _process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            Directory.Delete(_folder, recursive: true);
            throw new InvalidOperationException($"{python}: cannot be started ({e.Message})", e);
        }
        _errors = _process.StandardError.ReadToEndAsync();
        JsonNode first = FirstAnswer();
        Version = (string)first["torch"]!;
        FirstLosses = [.. first["losses"]!.AsArray().Select(loss => (double)loss!)];
    }

    /// <summary>Version of PyTorch.</summary>
    public string Version { get; }

    /// <summary>Losses of the first steps.</summary>
    public IReadOnlyList<double> FirstLosses { get; }

    /// <summary>Runs steps.</summary>
    /// <returns>Seconds, and processor seconds.</returns>
    public (double Wall, double Processor) Run(int steps)
    {
        _process.StandardInput.WriteLine(steps.ToString(CultureInfo.InvariantCulture));
        _process.StandardInput.Flush();
        JsonNode answer = Answer();
        return ((double)answer["wall"]!, (double)answer["processor"]!);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private JsonNode FirstAnswer()
    {
        try
        {
            return Answer();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private JsonNode Answer() => _process.StandardOutput.ReadLine() is { } line
        ? JsonSerializer.Deserialize<JsonNode>(line)!
        : throw new InvalidOperationException($"{_process.StartInfo.FileName}: {_errors.Result.TrimEnd().Split('\n')[^1]}");

    private static string Script()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Path.Combine(at.FullName, "tools", "pytorch", "training_step.py") is var file && File.Exists(file))
                return file;
        }
        throw new InvalidOperationException("tools/pytorch/training_step.py is not above this program");
    }
}
