using Vtok.Models.Residual;
using Vtok.Models.Weights;

namespace Vtok.Training.Tasks;

/// <summary>Writes the model folder of the residual tokenizer with a new head beside what it had.</summary>
internal static class RefinementExport
{
    /// <summary>Copies the folder's config and tensors and adds or replaces one head.</summary>
    /// <param name="model">Model folder to start from.</param>
    /// <param name="folder">Model folder to write; may be the same.</param>
    /// <param name="look">Name of the head.</param>
    /// <param name="decoder">The head.</param>
    public static void Write(string model, string folder, string look, RefinementDecoder decoder)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile source = SafetensorsFile.Open(Path.Combine(model, "model.safetensors"));
        Dictionary<string, Tensor> tensors = source.Entries.Keys
            .Where(name => !name.StartsWith($"heads.{look}.", StringComparison.Ordinal))
            .ToDictionary(name => name, name => source[name]);
        foreach ((string name, Tensor value) in RefinementHeads.ToTensors(decoder, look))
            tensors[name] = value;
        ModelFolder.Save(folder, ModelFolder.ReadConfig(model), tensors, source.Metadata);
    }
}
