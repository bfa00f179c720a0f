namespace Vtok.Models.Weights;

/// <summary>The tensors of a source whose names begin with a prefix, under the rest of their names. The source stays its owner's.</summary>
internal sealed class PrefixedWeights(IWeightSource source, string prefix) : IWeightSource
{
    public IReadOnlyDictionary<string, TensorEntry> Entries { get; } = source.Entries
        .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);

    public IReadOnlyDictionary<string, string> Metadata => source.Metadata;

    public Tensor this[string name] => source[prefix + name];

    public void Dispose()
    {
    }
}
