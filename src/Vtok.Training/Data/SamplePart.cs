using Vtok.Data;

namespace Vtok.Training.Data;

/// <summary>Some samples of a data set; it owns the whole.</summary>
/// <param name="whole">The data set.</param>
/// <param name="indices">Which samples, at least one, rising.</param>
internal sealed class SamplePart(ISampleSource whole, IReadOnlyList<int> indices) : ISampleSource
{
    public string Name => whole.Name;

    public int Count => indices.Count;

    public IReadOnlyList<string> ClassNames => whole.ClassNames;

    public SampleBlocks? Blocks { get; } = whole.Blocks is { } blocks ? Within(blocks, indices) : null;

    public string Locate(int index) => whole.Locate(indices[index]);

    public string? KeyOf(int index) => whole.KeyOf(indices[index]);

    public Sample Read(int index) => whole.Read(indices[index]);

    public void Dispose() => whole.Dispose();

    private static SampleBlocks Within(SampleBlocks blocks, IReadOnlyList<int> indices)
    {
        var starts = new List<int>();
        for (int i = 0, next = 0; i < indices.Count; i++)
        {
            if (next >= blocks.Starts.Count || indices[i] < blocks.Starts[next])
                continue;
            starts.Add(i);
            while (next < blocks.Starts.Count && blocks.Starts[next] <= indices[i])
                next++;
        }
        return blocks with { Starts = starts };
    }
}
