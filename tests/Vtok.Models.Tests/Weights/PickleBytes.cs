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
    public PickleBytes Tensor(string key, long count, long offset, long[] sizes, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op("((").Text("storage").Global("torch", "FloatStorage").Text(key).Text("cpu").Number(count).Op("tQ")
            .Number(offset).Numbers(sizes).Numbers(strides).Raw(0x89).Global("collections", "OrderedDict").Op(")RtR");

    public byte[] End() => Op(".")._bytes.ToArray();

    /// <summary>An archive with that pickle and one float32 storage "0" that holds 0, 1, 2, ...</summary>
    public static byte[] Archive(byte[] pickle, int floats = 6, CompressionLevel level = CompressionLevel.NoCompression, string root = "archive")
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, $"{root}/data.pkl", pickle, level);
            byte[] storage = new byte[4 * floats];
            Buffer.BlockCopy(Enumerable.Range(0, floats).Select(i => (float)i).ToArray(), 0, storage, 0, storage.Length);
            Add(zip, $"{root}/data/0", storage, level);
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
