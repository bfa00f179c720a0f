using System.Security.Cryptography;

namespace Vtok.Models.Weights;

/// <summary>The weight files of a model folder: one file, or the shards of an index.</summary>
internal sealed class WeightFiles
{
    private const string Index = "model.safetensors.index.json";

    private static readonly string[] Preferred = ["model.safetensors", Index, "pytorch_model.bin"];

    private readonly string _main;
    private readonly IReadOnlyList<(string Path, string Prefix)>? _parts;

    private WeightFiles(string main, IReadOnlyList<string> files) => (_main, Files) = (main, files);

    private WeightFiles(IReadOnlyList<(string Path, string Prefix)> parts) : this("", [.. parts.Select(part => part.Path).Order(StringComparer.Ordinal)]) => _parts = parts;

    /// <summary>Full paths: the one file, or the shards or published parts in ascending order of file name.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Bytes of all files together.</summary>
    /// <exception cref="CheckpointException">A file is missing or cannot be read.</exception>
    public long Length => Files.Sum(CheckpointFiles.LengthOf);

    /// <summary>Finds the weights of a folder.</summary>
    /// <exception cref="CheckpointException">There are none, or several and none has a usual name.</exception>
    public static WeightFiles Find(string folder)
    {
        string? main = Preferred.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        if (main is null)
        {
            string[] candidates = [.. CheckpointFiles.List(folder).Where(IsWeights)];
            if (FindParts(candidates) is { } parts)
                return new WeightFiles(parts);
            main = candidates.Length == 1 ? candidates[0] : throw new CheckpointException(CheckpointError.Missing, candidates.Length == 0
                ? $"{Path.GetFileName(folder)}: no weights (expected model.safetensors, {Index}, or one .safetensors, .bin, .pt or .pth file)"
                : $"{Path.GetFileName(folder)}: several weight files ({string.Join(", ", candidates.Select(Path.GetFileName))}), expected one");
        }
        return new WeightFiles(main, main.EndsWith(Index, StringComparison.Ordinal) ? ShardedWeights.ShardsOf(main) : [main]);
    }

    /// <summary>Opens them. libtorch is not needed until a tensor is asked for.</summary>
    public IWeightSource Open() => _parts is null ? OpenFile(_main) : JoinedWeights.Open(_parts);

    /// <summary>Opens a checkpoint of any known format by its name.</summary>
    public static IWeightSource OpenFile(string path) => path.EndsWith(".index.json", StringComparison.Ordinal) ? ShardedWeights.Open(path)
        : path.EndsWith(".safetensors", StringComparison.Ordinal) ? SafetensorsFile.Open(path)
        : PickleFile.Open(path);

    /// <summary>Opens a checkpoint of any known format by its name, after reading all of it where it carries a check of its bytes.</summary>
    public static IWeightSource OpenWhole(string path) => path.EndsWith(".safetensors", StringComparison.Ordinal) ? SafetensorsFile.OpenWhole(path) : OpenFile(path);

    /// <summary>Opens the weights of a folder, or a checkpoint of any known format.</summary>
    public static IWeightSource OpenPath(string path) => Directory.Exists(path) ? Find(path).Open() : OpenFile(path);

    /// <summary>SHA-256 of the one file, or of the digests of shards or parts in order: 64 lower-case hex digits.</summary>
    public string ComputeDigest(CancellationToken cancellation = default)
    {
        byte[][] digests = [.. Files.Select(file => Hash(file, cancellation))];
        return Convert.ToHexStringLower(digests.Length == 1 && _parts is null && !_main.EndsWith(Index, StringComparison.Ordinal) ? digests[0] : SHA256.HashData([.. digests.SelectMany(digest => digest)]));
    }

    /// <summary>SHA-256 of a file as it lies there.</summary>
    public static byte[] Hash(string path, CancellationToken cancellation = default)
    {
        using FileStream stream = CheckpointFiles.OpenRead(path);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0; cancellation.ThrowIfCancellationRequested())
            hash.AppendData(buffer, 0, read);
        return hash.GetHashAndReset();
    }

    // The largest set that is all there.
    private static List<(string Path, string Prefix)>? FindParts(string[] candidates) => ModelFamilies.All
        .SelectMany(family => family.PublishedParts)
        .OrderByDescending(set => set.Count)
        .Select(set => set.Select(part => (Path: candidates.FirstOrDefault(path => Path.GetFileNameWithoutExtension(path) == part.Stem) ?? "", part.Prefix)).ToList())
        .FirstOrDefault(set => set.All(part => part.Path.Length > 0));

    /// <summary>Whether a file's name is that of weights.</summary>
    public static bool IsWeights(string path) =>
        Path.GetExtension(path) is ".safetensors" or ".bin" or ".pt" or ".pth" && Path.GetFileName(path) != ModelFolder.PriorFile;
}
