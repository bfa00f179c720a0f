using Vtok.Data;

namespace Vtok.Training.Data;

/// <summary>Some samples of a data set; it owns the whole.</summary>
/// <param name="whole">The data set.</param>
/// <param name="indices">Which samples, at least one.</param>
internal sealed class SamplePart(ISampleSource whole, IReadOnlyList<int> indices) : ISampleSource
{
    public string Name => whole.Name;

    public int Count => indices.Count;

    public IReadOnlyList<string> ClassNames => whole.ClassNames;

    public string Locate(int index) => whole.Locate(indices[index]);

    public Sample Read(int index) => whole.Read(indices[index]);

    public void Dispose() => whole.Dispose();
}
