using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Vtok.Models.Tests.Weights;

/// <summary>Writes pickles opcode by opcode, and archives around them.</summary>
internal sealed class PickleBytes
{
    private readonly MemoryStream _bytes = new();

    public PickleBytes() => Raw(0x80, 2);

    public PickleBytes Raw(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public PickleBytes Op(string opcodes) => Raw(Encoding.Latin1.GetBytes(opcodes));

    public PickleBytes Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleBytes Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text), length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, utf8.Length);
        return Op("X").Raw(length).Raw(utf8);
    }

    public PickleBytes Number(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleBytes Numbers(long[] numbers)
    {
        Op("(");
        foreach (long number in numbers)
            Number(number);
        return Op("t");
    }

    /// <summary>A float32 view of the storage <paramref name="key"/> of <paramref name="count"/> elements.</summary>
    public PickleBytes Tensor(string key, long count, long offset, long[] sizes, long[] strides, string storage = "FloatStorage") =>
        Global("torch._utils", "_rebuild_tensor_v2").Op("((").Text("storage").Global("torch", storage).Text(key).Text("cpu").Number(count).Op("tQ")
            .Number(offset).Numbers(sizes).Numbers(strides).Raw(0x89).Global("collections", "OrderedDict").Op(")RtR");

    public byte[] End() => Op(".")._bytes.ToArray();

    /// <summary>An archive with that pickle and one float32 storage "0" that holds 0, 1, 2, ...</summary>
    public static byte[] Archive(byte[] pickle, int floats = 6, CompressionLevel level = CompressionLevel.NoCompression, string root = "archive")
    {
        byte[] storage = new byte[4 * floats];
        Buffer.BlockCopy(Enumerable.Range(0, floats).Select(i => (float)i).ToArray(), 0, storage, 0, storage.Length);
        return Archive(pickle, [storage], level, root);
    }

    /// <summary>A checkpoint as torch.save writes a state dictionary: an ordered one, a storage of its own for each tensor.</summary>
    /// <param name="tensors">float32, float16 or int64.</param>
    /// <param name="root">Folder inside the archive: the file's name when it was saved.</param>
    public static byte[] Checkpoint(IReadOnlyDictionary<string, Tensor> tensors, string root)
    {
        var pickle = new PickleBytes().Global("collections", "OrderedDict").Op(")R(");
        var storages = new List<byte[]>(tensors.Count);
        foreach ((string name, Tensor tensor) in tensors)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor dense = tensor.detach().contiguous();
            string storage = dense.dtype switch { ScalarType.Float16 => "HalfStorage", ScalarType.Int64 => "LongStorage", _ => "FloatStorage" };
            pickle.Text(name).Tensor($"{storages.Count}", dense.numel(), 0, dense.shape, dense.stride(), storage);
            storages.Add(dense.bytes.ToArray());
        }
        return Archive(pickle.Op("u").End(), storages, CompressionLevel.NoCompression, root);
    }

    private static byte[] Archive(byte[] pickle, List<byte[]> storages, CompressionLevel level, string root)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, $"{root}/data.pkl", pickle, level);
            for (int i = 0; i < storages.Count; i++)
                Add(zip, $"{root}/data/{i}", storages[i], level);
        }
        return memory.ToArray();
    }

    /// <summary>The same archive with other compression.</summary>
    public static byte[] Repack(byte[] archive, CompressionLevel level)
    {
        using var memory = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(archive)))
        using (var to = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
            foreach (ZipArchiveEntry entry in from.Entries)
            {
                using var bytes = new MemoryStream();
                using (Stream stream = entry.Open())
                    stream.CopyTo(bytes);
                Add(to, entry.FullName, bytes.ToArray(), level);
            }
        return memory.ToArray();
    }

    private static void Add(ZipArchive zip, string name, byte[] bytes, CompressionLevel level)
    {
        using Stream stream = zip.CreateEntry(name, level).Open();
        stream.Write(bytes);
    }
}
