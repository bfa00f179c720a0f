using Vtok.Models.Layers.Autoencoder;
using Vtok.Models.Weights;

namespace Vtok.Models.FlexTok;

/// <summary>A checkpoint under today's names: without the prefix of checkpointing wrappers, attention of old VAE files renamed and made matrices.</summary>
/// <remarks>The source stays its owner's.</remarks>
internal sealed class PublishedWeights : IWeightSource
{
    private const string Wrapper = "_checkpoint_wrapped_module.";

    private readonly IWeightSource _source;
    private readonly Dictionary<string, string> _stored = [];

    /// <summary>Takes the tensors whose names begin with <paramref name="prefix"/>, which is cut off.</summary>
    public PublishedWeights(IWeightSource source, string prefix = "")
    {
        _source = source;
        Dictionary<string, TensorEntry> entries = [];
        foreach ((string stored, TensorEntry entry) in source.Entries)
        {
            if (!stored.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            string name = AutoencoderKl.CurrentName(stored[prefix.Length..].Replace(Wrapper, "", StringComparison.Ordinal));
            if (!_stored.TryAdd(name, stored))
                throw new CheckpointException(CheckpointError.Malformed, $"{Printable.Quote(stored)} and {Printable.Quote(_stored[name])} are one tensor, expected one of them");
            entries.Add(name, IsOldAttention(name, entry) ? entry with { Shape = [entry.Shape[0], entry.Shape[1]] } : entry);
        }
        Entries = entries;
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    public IReadOnlyDictionary<string, string> Metadata => _source.Metadata;

    public Tensor this[string name]
    {
        get
        {
            Tensor tensor = _source[_stored.TryGetValue(name, out string? stored) ? stored : name];
            if (tensor.ndim == Entries[name].Shape.Count)
                return tensor;
            using Tensor convolution = tensor;
            return convolution.view([.. Entries[name].Shape]);
        }
    }

    public void Dispose()
    {
    }

    private static bool IsOldAttention(string name, TensorEntry entry) =>
        entry.Shape is [_, _, 1, 1] && name.Contains(".attentions.", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);
}
