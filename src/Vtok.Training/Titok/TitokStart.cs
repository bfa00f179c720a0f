using Vtok.Models.Discriminators;
using Vtok.Models.OneDPiece;
using Vtok.Models.Perceptual;
using Vtok.Models.Weights;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Titok;

/// <summary>The networks of a run as its first step finds them: drawn from the seed, then filled from the checkpoints that the recipe names.</summary>
internal static class TitokStart
{
    private const string PixelPrefix = "pixel_";
    private const string PublishedProxy = "maskgit-vqgan-imagenet-f16-256.bin";

    /// <summary>The network, drawn and then filled with what <see cref="TitokSettings.StartFrom"/> and, in stage two, the proxy tokenizer hold.</summary>
    /// <exception cref="RecipeException">Stage two has nothing to start from, or no pixel decoder.</exception>
    /// <exception cref="CheckpointException">A checkpoint is missing, or of another network.</exception>
    public static OneDPieceNetwork Network(Recipe recipe, TitokSettings settings, Device device)
    {
        bool second = settings.Network.Form == OneDPieceForm.TwoStage;
        if (second && settings.StartFrom is null)
            throw new RecipeException(RecipeError.Unavailable, "settings.startFrom: stage two trains over the tokens of a first stage; name its checkpoint");
        var network = new OneDPieceNetwork(settings.Network) { Checkpointing = settings.Checkpointing };
        try
        {
            using (Generator generator = new RandomDraw(recipe.Seed, 0, "weights").NextGenerator())
                network.Initialize(generator);
            if (settings.StartFrom is { } start)
                RecipeFiles.Fill("settings.startFrom", start, source =>
                {
                    if (second && settings.Proxy is null && !source.Entries.Keys.Any(OfPixels))
                        throw new RecipeException(RecipeError.Unavailable, $"settings.proxy: the pixel decoder of stage two starts as that of a MaskGIT-VQGAN; name its checkpoint ({PublishedProxy})");
                    Fill(network, source, name => name, name => !OfPixels(name) || settings.Proxy is null);
                });
            if (second && settings.Proxy is { } proxy)
                RecipeFiles.Fill("settings.proxy", proxy, source => Fill(network, source, name => name[PixelPrefix.Length..], OfPixels));
            network.to(device);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The frozen proxy tokenizer of stage one.</summary>
    /// <exception cref="RecipeException">The recipe names none.</exception>
    /// <exception cref="CheckpointException">The checkpoint is missing, or of another network.</exception>
    public static ProxyTokenizer Proxy(TitokSettings settings, Device device)
    {
        if (settings.Proxy is not { } path)
            throw new RecipeException(RecipeError.Unavailable, $"settings.proxy: stage one learns the codes of a MaskGIT-VQGAN; name its checkpoint ({PublishedProxy})");
        var proxy = new ProxyTokenizer(settings.Network.Proxy);
        try
        {
            RecipeFiles.Fill("settings.proxy", path, source => WeightLoader.Load(proxy, source, device));
            return proxy;
        }
        catch
        {
            proxy.Dispose();
            throw;
        }
    }

    /// <summary>The discriminator, drawn from the seed; null where the recipe has none.</summary>
    public static Adversary? Adversarial(Recipe recipe, TitokSettings settings, Device device)
    {
        if (settings.Adversarial is not { } adversarial)
            return null;
        var discriminator = new BlurDiscriminator(settings.Discriminator);
        using (Generator generator = new RandomDraw(recipe.Seed, 0, "discriminator").NextGenerator())
            discriminator.Initialize(generator);
        var loss = new Adversary(discriminator, adversarial);
        loss.to(device);
        return loss;
    }

    private static bool OfPixels(string name) => name.StartsWith(PixelPrefix, StringComparison.Ordinal);

    // The tensors that the source must hold: those of the module whose name is wanted.
    private static void Fill(nn.Module module, IWeightSource source, Func<string, string> stored, Func<string, bool> wanted)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        foreach ((string name, Tensor target) in module.state_dict().Where(pair => wanted(pair.Key)))
        {
            if (!source.Entries.TryGetValue(stored(name), out TensorEntry? entry) || !entry.Shape.SequenceEqual(target.shape))
                throw new CheckpointException(CheckpointError.Mismatch,
                    $"the checkpoint does not fit the recipe's network at \"{stored(name)}\": {(entry is null ? "missing" : $"[{string.Join(", ", entry.Shape)}]")}, expected [{string.Join(", ", target.shape)}]");
            target.copy_(source[stored(name)]);
        }
    }
}
