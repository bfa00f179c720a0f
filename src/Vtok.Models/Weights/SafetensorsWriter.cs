using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vtok.Torch;

namespace Vtok.Models.Weights;

/// <summary>Writes safetensors files: tensors sorted by name, the header padded with spaces to eight bytes.</summary>
public static class SafetensorsWriter
{
    private const int Chunk = 1 << 24;

    private delegate void BytesWriter(ReadOnlySpan<byte> bytes);

    /// <summary>Writes a file; it appears under its name only when it is whole and on the disk.</summary>
    /// <remarks>Holds at most one tensor's copy at a time, and that only for tensors that are not contiguous on the CPU.</remarks>
    /// <param name="path">The file; replaced if it is there.</param>
    /// <param name="tensors">Tensors by name, any device.</param>
    /// <param name="metadata">Text beside the tensors.</param>
    /// <exception cref="CheckpointException">A type that the format has no name for, or the file cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        string[] names = [.. tensors.Keys.Order(StringComparer.Ordinal)];
        byte[] header = Header(names, tensors, metadata ?? new Dictionary<string, string>());
        CheckpointFiles.Replace(path, stream => WriteParts(names, header, tensors, bytes => stream.Write(bytes)));
    }

    /// <summary>Writes a file that carries a check of all its bytes, which <see cref="SafetensorsFile.OpenWhole"/> compares.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteChecked(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        string[] names = [.. tensors.Keys.Order(StringComparer.Ordinal)];
        byte[] header = Header(names, tensors, new Dictionary<string, string>(metadata) { [SafetensorsCheck.Name] = SafetensorsCheck.Blank });
        CheckpointFiles.Replace(path, stream =>
        {
            var check = new SafetensorsCheck();
            WriteParts(names, header, tensors, bytes =>
            {
                check.Add(bytes);
                stream.Write(bytes);
            });
            stream.Position = sizeof(long) + SafetensorsCheck.PlaceOf(header);
            stream.Write(Encoding.ASCII.GetBytes(check.Digits));
        });
    }

    private static void WriteParts(string[] names, byte[] header, IReadOnlyDictionary<string, Tensor> tensors, BytesWriter write)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        write(length);
        write(header);
        foreach (string name in names)
            WriteTensor(tensors[name], write);
    }

    private static byte[] Header(string[] names, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (string name in names)
            {
                Tensor tensor = tensors[name];
                json.WriteStartObject(name);
                json.WriteString("dtype", TensorTypes.NameOf(tensor.dtype)
                    ?? throw new CheckpointException(CheckpointError.Unsupported, $"{name}: type {tensor.dtype} has no name in safetensors; known are {TensorTypes.Known}"));
                json.WriteStartArray("shape");
                foreach (long size in tensor.shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.numel() * TensorTypes.SizeOf(tensor.dtype));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static unsafe void WriteTensor(Tensor tensor, BytesWriter write)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Tensor plain = tensor.detach().cpu().contiguous();
        long bytes = plain.numel() * TensorTypes.SizeOf(plain.dtype);
        byte* data = (byte*)ForeignTensor.DataPointer(plain);
        for (long done = 0; done < bytes; done += Chunk)
            write(new ReadOnlySpan<byte>(data + done, (int)Math.Min(Chunk, bytes - done)));
    }
}
