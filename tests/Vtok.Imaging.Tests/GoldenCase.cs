using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Vtok.Imaging.Tests;

/// <summary>One case of the published implementations: case.json and io.safetensors, read without torch.</summary>
internal sealed class GoldenCase
{
    private readonly JsonElement _case;
    private readonly JsonElement _header;
    private readonly byte[] _io;

    private GoldenCase(string folder)
    {
        _case = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "case.json"))).RootElement;
        _io = File.ReadAllBytes(Path.Combine(folder, "io.safetensors"));
        _header = JsonDocument.Parse(_io.AsMemory(8, HeaderLength)).RootElement;
    }

    public string Kind => _case.GetProperty("kind").GetString()!;

    public JsonElement Config => _case.GetProperty("config");

    public IEnumerable<JsonElement> Items => Config.GetProperty("items").EnumerateArray();

    public IEnumerable<string> Outputs => _case.GetProperty("outputs").EnumerateArray().Select(o => o.GetString()!);

    private int HeaderLength => (int)BinaryPrimitives.ReadUInt64LittleEndian(_io);

    /// <summary>All cases of a kind in a family's folder.</summary>
    public static IReadOnlyList<GoldenCase> All(string family, string kind) =>
        [.. Directory.EnumerateDirectories(family).Order().Select(f => new GoldenCase(f)).Where(c => c.Kind == kind)];

    public double Tolerance(string output) => _case.GetProperty("tolerances").GetProperty(output).GetDouble();

    public bool Has(string name) => _header.TryGetProperty(name, out _);

    public int[] Shape(string name) => [.. _header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];

    public T[] Values<T>(string name) where T : unmanaged
    {
        JsonElement range = _header.GetProperty(name).GetProperty("data_offsets");
        Span<byte> bytes = _io.AsSpan((8 + HeaderLength + range[0].GetInt32())..(8 + HeaderLength + range[1].GetInt32()));
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    public RgbImage Picture(string name) => new(Shape(name)[1], Shape(name)[0], Values<byte>(name));

    public void AssertClose(string output, ReadOnlySpan<double> actual)
    {
        double[] expected = Values<double>("out." + output);
        Assert.HasCount(expected.Length, actual.ToArray(), output);
        for (int i = 0; i < expected.Length; i++)
            Assert.IsTrue(Math.Abs(expected[i] - actual[i]) <= Tolerance(output), $"{output}[{i}]: {actual[i]:R}, expected {expected[i]:R}");
    }

    public void AssertBytes(string output, ReadOnlySpan<byte> actual)
    {
        byte[] expected = Values<byte>("out." + output);
        Assert.AreEqual(expected.Length, actual.Length, output);
        for (int i = 0; i < expected.Length; i++)
            Assert.IsTrue(Math.Abs(expected[i] - actual[i]) <= Tolerance(output), $"{output}[{i}]: {actual[i]}, expected {expected[i]}");
    }
}
