using Vtok.Models.Weights;

namespace Vtok.Parity.LlamaGen;

/// <summary>PyTorch checkpoints of every nesting and storage form: the tensors that come out, and no others.</summary>
internal sealed class CheckpointRunner : ICaseRunner
{
    public string Family => "llamagen";

    public IReadOnlyList<string> Kinds => ["checkpoint"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        string file = Path.GetFileName(golden.Config.GetProperty("file").GetString()!);
        using PickleFile weights = PickleFile.Open(Path.Combine(golden.Folder, file));
        foreach (string name in weights.Entries.Keys)
            report.Compare(name, weights[name]);
    }
}
