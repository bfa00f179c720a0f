using System.Runtime.CompilerServices;
using System.Text.Json;
using Vtok.Streams;
using Vtok.Torch;

namespace Vtok.Models.Weights;

/// <summary>What <see cref="ModelFolder"/> does, for a given list of families.</summary>
internal sealed class FolderReader(IReadOnlyList<IModelFamily> families)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>The description, and whether it was derived from the weights just now.</summary>
    public TokenizerInfo ReadInfo(string folder, out bool derived)
    {
        ModelConfig? config = File.Exists(Path.Combine(folder, ModelFolder.InfoFile)) ? null : ModelFolder.ReadConfig(folder);
        WeightFiles files = WeightFiles.Find(folder);
        derived = false;
        if (config is null && ReadKept(folder) is { } kept && kept.WeightsLength == files.Length && kept.Prior is not null == File.Exists(Path.Combine(folder, ModelFolder.PriorFile)))
            return kept;
        derived = true;
        return Derive(folder, config ?? ModelFolder.ReadConfig(folder), files);
    }

    public ITokenizerModel Open(string folder, Device? device)
    {
        TokenizerInfo info = ReadInfo(folder, out bool derived);
        WeightFiles files = WeightFiles.Find(folder);
        using var cancellation = new CancellationTokenSource();
        Task<string>? digest = !derived && files.Length <= ModelFolder.DigestCheckLimit ? Task.Run(() => files.ComputeDigest(cancellation.Token), CancellationToken.None) : null;
        ITokenizerModel? model = null;
        try
        {
            CheckPrior(folder, info);
            NativeTorch.Load();
            model = Create(folder, files, info, device);
            if (digest is not null)
                CheckDigest(folder, info, digest.GetAwaiter().GetResult());
            return model;
        }
        catch
        {
            cancellation.Cancel();
            model?.Dispose();
            throw;
        }
    }

    public void Check(string folder)
    {
        TokenizerInfo info = ReadInfo(folder, out bool derived);
        CheckPrior(folder, info);
        CheckDescription(folder, ModelFolder.ReadConfig(folder), info); // a kept one hides a damaged config
        WeightFiles files = WeightFiles.Find(folder);
        using (files.Open()) // the headers tell of a file that is cut short
        {
        }
        if (!derived)
            CheckDigest(folder, info, files.ComputeDigest());
    }

    public TokenizerInfo Save(string folder, ModelConfig config, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        CheckpointFiles.CreateFolder(folder);
        CheckpointFiles.Delete(Path.Combine(folder, ModelFolder.InfoFile));
        CheckpointFiles.Replace(Path.Combine(folder, "config.json"), stream => JsonSerializer.Serialize(stream, config.Root, Readable));
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors, metadata);
        return ReadInfo(folder, out _);
    }

    // Apart, so that no TorchSharp type is touched before libtorch is there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ITokenizerModel Create(string folder, WeightFiles files, TokenizerInfo info, Device? device)
    {
        ModelConfig config = ModelFolder.ReadConfig(folder);
        IModelFamily family = CheckDescription(folder, config, info);
        using IWeightSource weights = files.Open();
        return TensorHold.Over(() => family.Create(config, weights, info, device ?? CPU)); // beside threads that decode pictures and so collect garbage
    }

    private IModelFamily CheckDescription(string folder, ModelConfig config, TokenizerInfo info)
    {
        IModelFamily family = ModelFamilies.Of(config, families);
        return Json(Filled(family.Describe(config, info.Weights), info.Name, info.Prior, info.WeightsLength)).SequenceEqual(info.ToJson()) ? family : throw new CheckpointException(
            CheckpointError.Malformed, $"{NameOf(folder)}: {ModelFolder.InfoFile} does not describe what the config does (delete it to have it derived anew)");
    }

    private static TokenizerInfo ReadKept(string folder)
    {
        try
        {
            return TokenizerInfo.FromJson(CheckpointFiles.ReadSmall(Path.Combine(folder, ModelFolder.InfoFile), VtokLimits.DescriptionBytes));
        }
        catch (TokenFileException e)
        {
            throw new CheckpointException(CheckpointError.Malformed, e.Message, e);
        }
    }

    private TokenizerInfo Derive(string folder, ModelConfig config, WeightFiles files)
    {
        IModelFamily family = ModelFamilies.Of(config, families);
        string prior = Path.Combine(folder, ModelFolder.PriorFile);
        string? priorDigest = File.Exists(prior) ? Convert.ToHexStringLower(WeightFiles.Hash(prior)) : null;
        TokenizerInfo info = Filled(family.Describe(config, files.ComputeDigest()), NameFor(folder), priorDigest, files.Length);
        byte[] text = Json(info);
        try
        {
            CheckpointFiles.Replace(Path.Combine(folder, ModelFolder.InfoFile), stream => stream.Write(text));
        }
        catch (CheckpointException e) when (e.Error == CheckpointError.CannotWrite)
        {
            // A published folder may be read-only: then the description is derived anew each time.
        }
        return info;
    }

    private static TokenizerInfo Filled(TokenizerInfo described, string name, string? prior, long? length) => described with { Name = name, Prior = prior, WeightsLength = length };

    private static byte[] Json(TokenizerInfo info)
    {
        try
        {
            return info.ToJson();
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException(CheckpointError.BadConfig, $"{info.Name}: the config describes no possible tokenizer ({e.Message})", e);
        }
    }

    /// <summary>The folder's name as a model's name: 1 to 128 characters, none of them control characters.</summary>
    private static string NameFor(string folder)
    {
        string name = string.Concat(NameOf(folder).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '_' : c));
        return name.Length switch { 0 => "model", > 128 => name[..128], _ => name };
    }

    private static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    private static void CheckPrior(string folder, TokenizerInfo info)
    {
        if (info.Prior is not null && Convert.ToHexStringLower(WeightFiles.Hash(Path.Combine(folder, ModelFolder.PriorFile))) != info.Prior)
            throw Wrong(folder, ModelFolder.PriorFile);
    }

    private static void CheckDigest(string folder, TokenizerInfo info, string digest)
    {
        if (digest != info.Weights)
            throw Wrong(folder, "the weights");
    }

    private static CheckpointException Wrong(string folder, string what) => new(CheckpointError.WrongDigest,
        $"{NameOf(folder)}: {what} changed since {ModelFolder.InfoFile} was written (restore the file, or delete {ModelFolder.InfoFile} to make it another model)");
}
