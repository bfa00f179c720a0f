namespace Vtok.Models.Weights;

/// <summary>The tensors of several files under one roof; where two hold the same name, the later file's is taken, as if loaded after the other.</summary>
internal sealed class JoinedWeights : IWeightSource
{
    private readonly List<IWeightSource> _files = [];
    private readonly Dictionary<string, (IWeightSource Owner, string Name)> _owners = [];
    private readonly Dictionary<string, TensorEntry> _entries = [];

    /// <summary>Opens the files in order.</summary>
    /// <param name="parts">Path and prefix of each.</param>
    /// <exception cref="CheckpointException">One of them is not proper.</exception>
    public static JoinedWeights Open(IReadOnlyList<(string Path, string Prefix)> parts)
    {
        JoinedWeights joined = new();
        try
        {
            foreach ((string path, string prefix) in parts)
                joined.Add(WeightFiles.OpenFile(path), prefix);
            return joined;
        }
        catch
        {
            joined.Dispose();
            throw;
        }
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    public Tensor this[string name] => _owners.TryGetValue(name, out (IWeightSource Owner, string Name) at)
        ? at.Owner[at.Name]
        : throw new CheckpointException(CheckpointError.Mismatch, $"no tensor {Printable.Quote(name)} among the {_entries.Count} of {_files.Count} files");

    public void Dispose()
    {
        foreach (IWeightSource file in _files)
            file.Dispose();
    }

    private void Add(IWeightSource file, string prefix)
    {
        _files.Add(file);
        foreach ((string name, TensorEntry entry) in file.Entries)
        {
            string full = name.StartsWith(prefix, StringComparison.Ordinal) ? name : prefix + name;
            _entries[full] = entry;
            _owners[full] = (file, name);
        }
    }
}
