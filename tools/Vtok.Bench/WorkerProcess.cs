using System.Diagnostics;

namespace Vtok.Bench;

/// <summary>This program in a process of its own.</summary>
internal static class WorkerProcess
{
    /// <summary>Starts it, tells each line that it prints, and waits for its end.</summary>
    /// <param name="arguments">The worker's verb and what follows it.</param>
    /// <param name="tell">Takes the lines.</param>
    /// <param name="environment">Variables beside those of this process, or null.</param>
    /// <returns>Its exit code and the first line of its errors.</returns>
    public static (int ExitCode, string Error) Run(IEnumerable<string> arguments, Action<string> tell, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using Process worker = Process.Start(start)!;
        Task<string> errors = worker.StandardError.ReadToEndAsync();
        while (worker.StandardOutput.ReadLine() is { } line)
            tell(line);
        worker.WaitForExit();
        return (worker.ExitCode, errors.Result.Trim().Split('\n')[0]);
    }

    /// <summary>Starts it and reads all that it prints.</summary>
    /// <param name="what">What messages call its work.</param>
    /// <param name="arguments">The worker's verb and what follows it.</param>
    /// <exception cref="InvalidOperationException">It failed; the message has the first line of its errors.</exception>
    public static string Read(string what, params IEnumerable<string> arguments)
    {
        List<string> lines = [];
        (int exitCode, string error) = Run(arguments, lines.Add);
        return exitCode == 0 ? string.Join('\n', lines) : throw new InvalidOperationException($"{what}: {error}");
    }
}
