namespace Vtok.Data.Tests;

/// <summary>Pictures in memory; some may be corrupt.</summary>
internal sealed class MemorySource(IReadOnlyList<byte[]> files) : ISampleSource
{
    public string Name => "memory";

    public int Count => files.Count;

    public IReadOnlyList<string> ClassNames => [];

    public static MemorySource Pictures(int count, params int[] corrupt) =>
        new([.. Enumerable.Range(0, count).Select(i => corrupt.Contains(i) ? [1, 2] : PlainCodec.File(8 + i % 5, 8 + i % 3, (byte)i))]);

    public string Locate(int index) => $"memory: {index}";

    public Sample Read(int index) => new($"{index}", files[index], index % 10);

    public void Dispose() { }
}
