namespace Vtok.Training.Tests;

/// <summary>Programs that may be installed.</summary>
internal static class Programs
{
    /// <summary>The path of a program of the PATH, or null.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
