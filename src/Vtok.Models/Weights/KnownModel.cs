namespace Vtok.Models.Weights;

/// <summary>A published model as far as it takes to recognise its weights.</summary>
/// <param name="Name">Name for people, such as "titok-l32".</param>
/// <param name="Shapes">A few tensors by published name that tell it from its siblings.</param>
public sealed record KnownModel(string Name, IReadOnlyDictionary<string, long[]> Shapes)
{
    /// <summary>Whether all of them are in a checkpoint with these shapes.</summary>
    public bool Fits(IReadOnlyDictionary<string, TensorEntry> entries) =>
        Shapes.All(pair => entries.TryGetValue(pair.Key, out TensorEntry? entry) && entry.Shape.SequenceEqual(pair.Value));
}
