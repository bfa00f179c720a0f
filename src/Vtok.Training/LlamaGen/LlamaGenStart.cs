using Vtok.Models.Discriminators;
using Vtok.Models.LlamaGen;
using Vtok.Models.Quantizers;
using Vtok.Models.Weights;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.LlamaGen;

/// <summary>The networks of a run as its first step finds them: drawn from the seed, then filled from the checkpoint that the recipe names.</summary>
internal static class LlamaGenStart
{
    private const string Statistics = "quantize."; // of these, what only training needs may be absent
    private const string Averages = "quantize.embed_avg";

    /// <summary>The network.</summary>
    /// <exception cref="CheckpointException">The checkpoint is missing, or of another network.</exception>
    public static LlamaGenNetwork Network(Recipe recipe, LlamaGenSettings settings, Device device)
    {
        var network = new LlamaGenNetwork(settings.Network) { Checkpointing = settings.Checkpointing };
        try
        {
            using (Generator generator = new RandomDraw(recipe.Seed, 0, "weights").NextGenerator())
                network.Initialize(generator);
            if (settings.StartFrom is { } path)
                RecipeFiles.Fill("settings.startFrom", path, source => Fill(network, source));
            network.to(device);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The discriminator, drawn from the seed; null where the recipe has none.</summary>
    public static Adversary? Adversary(Recipe recipe, LlamaGenSettings settings, Device device)
    {
        if (settings.Adversarial is not { } adversarial)
            return null;
        if (settings.Patch is { } patch)
            return Losses.Adversary.OverPatches(patch, adversarial, recipe.Seed, device);
        using Generator generator = new RandomDraw(recipe.Seed, 0, "discriminator").NextGenerator();
        var discriminator = new StyleDiscriminator(settings.Style!);
        discriminator.Initialize(generator);
        var loss = new Adversary(discriminator, adversarial);
        loss.to(device);
        return loss;
    }

    /// <summary>Copies a checkpoint into a network; statistics that only training needs may be absent.</summary>
    /// <exception cref="CheckpointException">It is of another network.</exception>
    public static void Fill(LlamaGenNetwork network, IWeightSource source)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        HashSet<string> parameters = [.. network.named_parameters().Select(p => p.name)];
        foreach ((string name, Tensor target) in network.state_dict())
        {
            bool there = source.Entries.TryGetValue(name, out TensorEntry? entry);
            if (!there && !parameters.Contains(name) && name.StartsWith(Statistics, StringComparison.Ordinal))
                continue;
            if (!there || !entry!.Shape.SequenceEqual(target.shape))
                throw new CheckpointException(CheckpointError.Mismatch,
                    $"the checkpoint does not fit the recipe's network at \"{name}\": {(there ? $"[{string.Join(", ", entry!.Shape)}]" : "missing")}, expected [{string.Join(", ", target.shape)}]");
            target.copy_(source[name]);
        }
        if (network.Quantizer is VectorQuantizer book && !source.Entries.ContainsKey(Averages))
            book.Replace(arange(book.CodebookSize), book.Codebook.clone()); // averages that were not stored start at the codes
    }
}
