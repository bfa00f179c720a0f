using System.Buffers.Binary;
using Vtok.Torch;

namespace Vtok.Models.Weights;

/// <summary>A PyTorch checkpoint (.bin, .pt, .pth: a zip archive with a pickle), read without running anything of it.</summary>
/// <remarks>Only tensors, dictionaries, lists, texts and numbers come out; objects of other classes are dropped unopened. Stored tensors lie over the
/// file's own pages.</remarks>
public sealed class PickleFile : IWeightSource
{
    private const int PickleCap = 32 << 20, MostNesting = 4;

    /// <summary>A view may repeat its storage (stride 0) up to this many bytes.</summary>
    private const long MostRepeated = 64L << 20;

    /// <summary>Where training programs keep the weights, in the order of preference of the published reconstruction tools.</summary>
    private static readonly string[] UsualSections = ["ema", "model", "state_dict"];

    private readonly string _name;
    private readonly MappedFile _mapped;
    private readonly Dictionary<string, TensorEntry> _entries = [];
    private readonly Dictionary<string, PickleTensor> _tensors = [];
    private ZipDirectory _zip = null!;
    private string _root = "";

    private PickleFile(string name, MappedFile mapped) => (_name, _mapped) = (name, mapped);

    /// <summary>Opens a checkpoint. Tensor data is not touched yet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="section">Dotted keys of the dictionary to read, such as "model"; empty for the outermost; null for the usual places: "ema", "model",
    /// "state_dict", else the outermost.</param>
    /// <exception cref="CheckpointException">It is not there, damaged, asks for code to be run, or holds no tensors.</exception>
    public static PickleFile Open(string path, string? section = null)
    {
        using FileStream stream = CheckpointFiles.OpenRead(path);
        var file = new PickleFile(Path.GetFileName(path), new MappedFile(stream));
        try
        {
            file.Read(section);
            return file;
        }
        catch (CheckpointException e)
        {
            file.Dispose();
            throw new CheckpointException(e.Error, $"{file._name}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public Tensor this[string name]
    {
        get
        {
            if (!_tensors.TryGetValue(name, out PickleTensor? tensor))
                throw new CheckpointException(CheckpointError.Mismatch, $"{_name}: no tensor {Printable.Quote(name)} among the {_entries.Count} of the file");
            return View(tensor);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _mapped.Dispose();

    private void Read(string? section)
    {
        CheckMagic();
        _zip = new ZipDirectory(_mapped);
        string[] pickles = [.. _zip.Names.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal))];
        if (pickles.Length != 1)
            throw Bad(CheckpointError.Malformed, $"{pickles.Length} entries named data.pkl, expected one (is this a PyTorch checkpoint?)");
        _root = pickles[0][..^"data.pkl".Length];
        if (_zip.TryFind(_root + "byteorder", out ZipDirectory.Entry order) && !Bytes(order, _root + "byteorder", 16).AsSpan().StartsWith("little"u8))
            throw Bad(CheckpointError.Unsupported, "big endian; only little endian files are read");
        _zip.TryFind(pickles[0], out ZipDirectory.Entry pickle);
        object? outermost = PickleReader.Read(Bytes(pickle, pickles[0], PickleCap));
        foreach ((string key, object? value) in Choose(outermost, section).Members)
        {
            if (value is not PickleTensor tensor)
                continue;
            Check(key, tensor);
            _tensors.Add(key, tensor);
            _entries.Add(key, new TensorEntry(tensor.Type, tensor.Sizes));
        }
        if (_tensors.Count == 0)
            throw Bad(CheckpointError.Malformed, "no tensors in it");
    }

    private void CheckMagic()
    {
        uint magic = _mapped.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(_mapped.Span(0, 4)) : 0;
        if ((magic & 0xFF) == 0x80)
            throw Bad(CheckpointError.Unsupported, "saved in the form of PyTorch before 1.6 (load and save it once with a newer PyTorch)");
        if (magic != 0x04034b50)
            throw Bad(CheckpointError.Malformed, "no zip archive (is this a PyTorch checkpoint?)");
    }

    private static PickleDictionary Choose(object? outermost, string? section)
    {
        object? chosen = outermost;
        foreach (string key in section?.Split('.', StringSplitOptions.RemoveEmptyEntries) ?? [])
            chosen = chosen is PickleDictionary { Members: var members } && members.TryGetValue(key, out object? inner)
                ? inner : throw Bad(CheckpointError.Mismatch, $"no section {Printable.Quote(section!)}");
        for (int depth = 0; section is null && depth < MostNesting; depth++)
            if (chosen is PickleDictionary { Members: var members } && UsualSections.FirstOrDefault(key => members.GetValueOrDefault(key) is PickleDictionary) is { } usual)
                chosen = members[usual];
        return chosen as PickleDictionary ?? throw Bad(CheckpointError.Malformed, "no dictionary of tensors in it");
    }

    /// <summary>A tensor must lie inside its storage, and the storage be an entry of the right length.</summary>
    private void Check(string key, PickleTensor tensor)
    {
        int elementSize = TensorTypes.SizeOf(tensor.Type), storedSize = tensor.Storage.Type is { } stored ? TensorTypes.SizeOf(stored) : 1;
        if (!_zip.TryFind($"{_root}data/{tensor.Storage.Key}", out ZipDirectory.Entry entry) || (Int128)tensor.Storage.Count * storedSize != entry.Length)
            throw Bad(CheckpointError.Malformed, $"{Printable.Quote(key)}: its storage {Printable.Quote(tensor.Storage.Key)} is not there with {tensor.Storage.Count} elements");
        if (tensor.Sizes.Length != tensor.Strides.Length || tensor.Offset < 0 || tensor.Sizes.Any(size => size < 0) || tensor.Strides.Any(stride => stride < 0))
            throw Bad(CheckpointError.Malformed, $"{Printable.Quote(key)}: negative or contradicting sizes, strides or offset");
        Int128 last = tensor.Offset, count = 1;
        for (int i = 0; i < tensor.Sizes.Length; i++)
        {
            last = Int128.Min(last + (Int128)Math.Max(0, tensor.Sizes[i] - 1) * tensor.Strides[i], long.MaxValue);
            count = Int128.Min(count * Math.Max(tensor.Sizes[i], 1), long.MaxValue);
        }
        if (count * elementSize > Math.Max(entry.Length, MostRepeated))
            throw Bad(CheckpointError.TooLarge, $"{Printable.Quote(key)}: [{string.Join(", ", tensor.Sizes)}] is far more than its storage of {entry.Length} bytes");
        if (!tensor.Sizes.Contains(0) && last >= entry.Length / elementSize)
            throw Bad(CheckpointError.Malformed, $"{Printable.Quote(key)}: [{string.Join(", ", tensor.Sizes)}] reaches beyond its storage");
    }

    private Tensor View(PickleTensor tensor)
    {
        if (tensor.Sizes.Contains(0))
            return empty(tensor.Sizes, tensor.Type);
        string entryName = $"{_root}data/{tensor.Storage.Key}";
        _zip.TryFind(entryName, out ZipDirectory.Entry entry);
        int elementSize = TensorTypes.SizeOf(tensor.Type);
        if (!entry.Deflated && IsContiguous(tensor))
            return _mapped.Tensor(entry.Offset + tensor.Offset * elementSize, tensor.Type, tensor.Sizes);
        using Tensor storage = entry.Deflated ? Expand(entry, tensor.Type, entryName) : _mapped.Tensor(entry.Offset, tensor.Type, [entry.Length / elementSize]);
        using Tensor view = storage.as_strided(tensor.Sizes, tensor.Strides, tensor.Offset);
        return view.contiguous();
    }

    private unsafe Tensor Expand(ZipDirectory.Entry entry, ScalarType type, string name)
    {
        Tensor storage = empty([entry.Length / TensorTypes.SizeOf(type)], type);
        long length = entry.Length / TensorTypes.SizeOf(type) * TensorTypes.SizeOf(type);
        using var memory = new UnmanagedMemoryStream((byte*)ForeignTensor.DataPointer(storage), length, length, FileAccess.Write);
        try
        {
            _zip.Expand(entry, memory, name);
            return storage;
        }
        catch (Exception e) when (e is CheckpointException or NotSupportedException)
        {
            storage.Dispose();
            throw e as CheckpointException ?? Bad(CheckpointError.Malformed, $"{name}: its length is no multiple of the element's");
        }
    }

    private static bool IsContiguous(PickleTensor tensor)
    {
        long expected = 1;
        for (int i = tensor.Sizes.Length - 1; i >= 0; i--)
        {
            if (tensor.Sizes[i] != 1 && tensor.Strides[i] != expected)
                return false;
            expected *= tensor.Sizes[i];
        }
        return true;
    }

    private byte[] Bytes(ZipDirectory.Entry entry, string name, int cap)
    {
        if (entry.Length > cap)
            throw Bad(CheckpointError.TooLarge, $"{Printable.Quote(name)} of {entry.Length} bytes, at most {cap} are read");
        using var memory = new MemoryStream();
        _zip.Expand(entry, memory, name);
        return memory.ToArray();
    }

    private static CheckpointException Bad(CheckpointError error, string what) => new(error, what);
}
