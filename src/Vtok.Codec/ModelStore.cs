using Vtok.Models;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>Finds model folders by path, by name and by key.</summary>
public sealed class ModelStore
{
    private readonly IModelOpener _opener;
    private readonly Lazy<IReadOnlyList<ModelEntry>> _described;

    /// <summary>Creates a store.</summary>
    /// <param name="roots">Folders whose subfolders are models, in order of preference.</param>
    /// <param name="opener">How folders are read; null means model folders on disk.</param>
    public ModelStore(IEnumerable<string> roots, IModelOpener? opener = null)
    {
        Roots = [.. roots.Select(Path.GetFullPath).Distinct()];
        _opener = opener ?? new ModelFolderOpener();
        _described = new(() => [.. Folders().Where(HasDescription).Select(TryDescribe).OfType<ModelEntry>()]);
    }

    /// <summary>The folders that are searched.</summary>
    public IReadOnlyList<string> Roots { get; }

    /// <summary>The roots of a program: what VTOK_MODELS lists, then checkpoints/ beside the program, else the checkout it was built from.</summary>
    /// <param name="programFolder">Folder of the program.</param>
    /// <param name="searchPath">Folders parted by the system's path separator, or null.</param>
    public static IReadOnlyList<string> DefaultRoots(string programFolder, string? searchPath)
    {
        List<string> roots = [.. (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        string beside = Path.Combine(programFolder, "checkpoints"), note = Path.Combine(programFolder, "checkpoints.path");
        if (Directory.Exists(beside))
            roots.Add(beside);
        else if (File.Exists(note)) // written by the build, never published
            roots.Add(File.ReadAllText(note).Trim());
        return roots;
    }

    /// <summary>All model folders under the roots, described or not, ordered by root and name.</summary>
    public IEnumerable<string> Folders() => Roots.Where(Directory.Exists)
        .SelectMany(root => Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        .Where(IsModelFolder);

    /// <summary>The models whose description lies in their folder (tokenizer.json): quick to read, whatever the size of the weights.</summary>
    public IReadOnlyList<ModelEntry> Described => _described.Value;

    /// <summary>Finds a model by path or name.</summary>
    /// <param name="nameOrPath">A model folder, or the name of one under the roots.</param>
    /// <exception cref="ModelStoreException">There is none.</exception>
    public ModelEntry Find(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (IsModelFolder(nameOrPath) || ModelFolder.HoldsWeights(nameOrPath)) // some authors publish no config
            return Describe(nameOrPath);
        string? folder = nameOrPath.AsSpan().ContainsAny('/', '\\') ? null : Folders().FirstOrDefault(f => Path.GetFileName(f) == nameOrPath);
        return folder is not null ? Describe(folder) : throw new ModelStoreException(ModelStoreError.NotFound, $"no such model ({Advice()})");
    }

    /// <summary>Finds the model of a file.</summary>
    /// <param name="key">The file's four key bytes, big endian.</param>
    /// <exception cref="ModelStoreException">None, or several.</exception>
    public ModelEntry Find(uint key) =>
        TryFind(key) ?? throw new ModelStoreException(ModelStoreError.NotFound, $"made by a model that is not here, key {key:x8} ({Advice()})");

    /// <summary>Finds the model of a file, looking at descriptions first and only then at folders that lack one; null when it is not here.</summary>
    /// <param name="key">The file's four key bytes, big endian.</param>
    /// <param name="describedOnly">Whether folders without a description are passed over, which may take long to read.</param>
    /// <exception cref="ModelStoreException">Several models have that key.</exception>
    public ModelEntry? TryFind(uint key, bool describedOnly = false)
    {
        List<ModelEntry> found = [.. Described.Where(e => e.Key == key)];
        if (found.Count == 0 && !describedOnly)
            found = [.. Folders().Where(f => !HasDescription(f)).Select(TryDescribe).OfType<ModelEntry>().Where(e => e.Key == key)];
        List<ModelEntry> different = [.. found.DistinctBy(e => Convert.ToHexString(e.Info.ComputeKey()))]; // copies of one model are no conflict
        return different.Count <= 1 ? found.FirstOrDefault() : throw new ModelStoreException(ModelStoreError.Ambiguous,
            $"several models have its key {key:x8}: {string.Join(", ", different.Select(e => e.Name))} (choose with --model)");
    }

    /// <summary>Reads the description of a model folder.</summary>
    /// <param name="folder">The model folder.</param>
    public ModelEntry Describe(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return new ModelEntry(Path.GetFileName(full), full, _opener.ReadInfo(full));
    }

    /// <summary>Reads all weights of a model and compares them with its description.</summary>
    /// <param name="entry">The model.</param>
    public void Check(ModelEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _opener.Check(entry.Folder);
    }

    /// <summary>Loads a model.</summary>
    /// <param name="entry">The model.</param>
    /// <param name="device">"cpu", "cuda", "cuda:1" or "auto".</param>
    public ITokenizerModel Open(ModelEntry entry, string device = "auto")
    {
        ArgumentNullException.ThrowIfNull(entry);
        return _opener.Open(entry.Folder, device);
    }

    private ModelEntry? TryDescribe(string folder)
    {
        try
        {
            return Describe(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CheckpointException or TokenFileException)
        {
            return null; // one damaged folder must not hide the others; Find by name says what is wrong with it
        }
    }

    private static bool IsModelFolder(string folder) =>
        HasDescription(folder) || File.Exists(Path.Combine(folder, "config.json")) ||
        (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.yaml").Any());

    private static bool HasDescription(string folder) => File.Exists(Path.Combine(folder, "tokenizer.json"));

    private string Advice()
    {
        string[] known = [.. Folders().Select(f => Path.GetFileName(f)!).Distinct()];
        return known.Length == 0 ? "no models are here: name a folder with --model or put its parent into VTOK_MODELS"
            : $"known: {string.Join(", ", known)}; name a folder with --model or put its parent into VTOK_MODELS";
    }
}
