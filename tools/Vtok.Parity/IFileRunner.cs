using System.Text.Json;

namespace Vtok.Parity;

/// <summary>Checks one of the JSON files that lie beside the cases of a family, such as known-tokens.json.</summary>
public interface IFileRunner
{
    /// <summary>The family's folder.</summary>
    string Family { get; }

    /// <summary>The file's name.</summary>
    string File { get; }

    /// <summary>Compares by <see cref="CaseReport.Check"/>; throws <see cref="MissingWeightsException"/> when something is not here.</summary>
    /// <param name="content">The file.</param>
    /// <param name="folder">The family's folder; <see cref="GoldenFiles.Find"/> finds weights and pictures from there.</param>
    /// <param name="report">Takes the numbers.</param>
    void Run(JsonElement content, string folder, CaseReport report);
}
