using Vtok.Streams;

namespace Vtok.Models.Weights;

/// <summary>Model folders: config and weights as published, with our description of the tokens beside them.</summary>
public static class ModelFolder
{
    /// <summary>Our description of the tokens; derived when a published folder lacks it.</summary>
    public const string InfoFile = "tokenizer.json";

    /// <summary>Entropy tables.</summary>
    public const string PriorFile = "prior.bin";

    /// <summary>Weights up to this many bytes are checked against their digest at every loading; larger ones by <see cref="Check"/>.</summary>
    public const long DigestCheckLimit = 256L << 20;

    private static readonly FolderReader Published = new(ModelFamilies.All);

    /// <summary>The description of a folder's tokens, without libtorch.</summary>
    /// <remarks>From tokenizer.json when it is there and speaks of weights of that length; else derived, which reads the weights once, and kept
    /// there if the folder can be written.</remarks>
    /// <exception cref="CheckpointException">The folder is no model folder, or its family is unknown.</exception>
    public static TokenizerInfo ReadInfo(string folder) => Published.ReadInfo(folder, out _);

    /// <summary>Loads a model.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="device">Where it runs; null means the CPU.</param>
    /// <exception cref="CheckpointException">The folder is no model folder, or its weights do not fit its config or its digest.</exception>
    /// <exception cref="DllNotFoundException">There is no libtorch.</exception>
    public static ITokenizerModel Open(string folder, Device? device = null) => Published.Open(folder, device);

    /// <summary>Reads all weights of a folder and compares them with its description.</summary>
    /// <exception cref="CheckpointException">They are not those (<see cref="CheckpointError.WrongDigest"/>), or the folder is damaged.</exception>
    public static void Check(string folder) => Published.Check(folder);

    /// <summary>Writes a model folder: model.safetensors under the published names, config.json and tokenizer.json.</summary>
    /// <remarks>Other weight files must not be in the folder. A prior.bin that is there stays and enters the key.</remarks>
    /// <param name="folder">Made if it is not there.</param>
    /// <param name="config">The settings, from which the family must recognise the model.</param>
    /// <param name="tensors">The state dictionary.</param>
    /// <param name="metadata">Text for the weights' header.</param>
    /// <returns>The description that was written.</returns>
    public static TokenizerInfo Save(string folder, ModelConfig config, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Published.Save(folder, config, tensors, metadata);

    /// <summary>The config of a folder: config.json, or the one YAML file; where there is neither, the one in the weights' header, or that of the published model that the weights are.</summary>
    /// <exception cref="CheckpointException">There is none, or it does not parse.</exception>
    public static ModelConfig ReadConfig(string folder)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        if (!Directory.Exists(folder))
            throw new CheckpointException(CheckpointError.Missing, $"{name}: no such model folder");
        string json = Path.Combine(folder, "config.json");
        if (File.Exists(json))
            return ModelConfig.Load(json);
        string[] yaml = [.. CheckpointFiles.List(folder).Where(file => Path.GetExtension(file) is ".yaml" or ".yml")];
        if (yaml.Length == 0 && Infer(folder) is { } inferred)
            return inferred;
        return yaml.Length == 1 ? ModelConfig.Load(yaml[0]) : throw new CheckpointException(CheckpointError.Missing,
            $"{name}: expected config.json or one .yaml file, found {(yaml.Length == 0 ? "none" : $"{yaml.Length} .yaml files")}");
    }

    /// <summary>Whether a folder is there and holds a weight file: enough for published models that are known by their tensors alone.</summary>
    public static bool HoldsWeights(string folder) => Directory.Exists(folder) && CheckpointFiles.List(folder).Any(WeightFiles.IsWeights);

    private static ModelConfig? Infer(string folder)
    {
        if (!HoldsWeights(folder))
            return null;
        using IWeightSource weights = WeightFiles.Find(folder).Open();
        return ModelFamilies.FromMetadata(weights.Metadata) ?? ModelFamilies.Infer(weights.Entries);
    }
}
