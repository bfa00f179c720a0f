using System.Text.RegularExpressions;
using Vtok.Models.Weights;

namespace Vtok.Models.Perceptual;

/// <summary>A backbone's features as torchvision names them and LPIPS's linear layers, under the names of <see cref="LpipsLoss"/>.</summary>
internal sealed partial class LpipsWeights : IWeightSource
{
    private const string ConstantPrefix = "scaling_layer.";

    private readonly Dictionary<string, (IWeightSource Source, string Name)> _places = [];
    private readonly Dictionary<string, Tensor> _constants; // the target's own: files of the linear layers alone lack them

    /// <summary>Finds the tensors of <paramref name="target"/> in two files; both stay their owner's.</summary>
    public LpipsWeights(IWeightSource backbone, IWeightSource heads, LpipsLoss target)
    {
        _constants = target.state_dict().Where(pair => pair.Key.StartsWith(ConstantPrefix, StringComparison.Ordinal)).ToDictionary();
        foreach (string name in target.state_dict().Keys.Where(name => !_constants.ContainsKey(name)))
            if (Slice().Match(name) is { Success: true } match)
                Place(name, backbone, $"features.{match.Groups[1].Value}");
            else
                Place(name, heads, name);
        Entries = _places.Select(place => KeyValuePair.Create(place.Key, place.Value.Source.Entries[place.Value.Name]))
            .Concat(_constants.Select(constant => KeyValuePair.Create(constant.Key, new TensorEntry(constant.Value.dtype, constant.Value.shape)))).ToDictionary();
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    public Tensor this[string name] => _constants.TryGetValue(name, out Tensor? constant) ? constant.clone()
        : _places.TryGetValue(name, out (IWeightSource Source, string Name) place) ? place.Source[place.Name]
        : throw new CheckpointException(CheckpointError.Mismatch, $"there is no tensor \"{name}\"");

    public void Dispose()
    {
    }

    private void Place(string name, IWeightSource source, string stored)
    {
        if (source.Entries.ContainsKey(stored))
            _places[name] = (source, stored);
    }

    [GeneratedRegex(@"^net\.slice\d+\.(.+)$")]
    private static partial Regex Slice();
}
