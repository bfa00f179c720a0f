using System.Globalization;
using Vtok.Data;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;
using Vtok.Torch;
using Vtok.Training.Data;
using Vtok.Training.Lengths;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>What the stages of TiTok and One-D-Piece share: data, lengths, parameter groups, validation, export.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="lengths">How many tokens a step shows.</param>
/// <param name="network">The network; the task owns it.</param>
/// <param name="data">The batch of a step: "pictures", uint8 [B, 3, S, S], and "text" [B, T, E] where the decoder reads it.</param>
/// <param name="held">Held-out pictures, or null; the task owns them.</param>
/// <param name="device">Where it computes.</param>
internal abstract class TitokTask(Recipe recipe, LengthSchedule lengths, OneDPieceNetwork network, Func<long, TrainingBatch> data, HeldOutPictures? held, Device device) : TrainingTask
{
    public override nn.Module Model => network;

    protected OneDPieceNetwork Network => network;

    /// <summary>What makes the batches of real pictures, or null; not owned.</summary>
    public PictureBatches? Reader { get; set; }

    /// <summary>What watches the codebook, or null where it is frozen or there is none; the task owns it.</summary>
    public CodebookHealth? Health { get; set; }

    public override IEnumerable<KeyValuePair<string, Tensor>> State => Health?.State ?? [];

    public override IReadOnlyList<SkippedSample> Skipped => Reader?.Skipped ?? [];

    /// <summary>Of training that goes through the whole network and keeps what it computes.</summary>
    public override long? KeptBytes => network.Config.Form == OneDPieceForm.OneStage && !network.Checkpointing
        && network.named_parameters().Any(row => row.name == "latent_tokens" && row.parameter.requires_grad)
        ? KeptActivations.OfTitok(network.Config, recipe.Bfloat16) : null;

    public override string? DataDigest => Reader?.Digest;

    public override void Prepare(long step, long end, Action<string>? say, CancellationToken stop) => Reader?.Prepare(step, end, say, stop);

    public override TrainingBatch MakeBatch(long step) => data(step);

    public override bool Decays(string name, Tensor parameter) => ParameterDecay.Of(network.Config.Nested)(name, parameter);

    public override IReadOnlyList<LossTerm> Losses(TrainingBatch batch)
    {
        using IDisposable? autocast = recipe.Bfloat16 ? Autocast.Enter(device.type) : null;
        Tensor? text = network.Config.Text is null ? null : batch["text"].to(device);
        return [.. Losses(batch["pictures"].to(device).to(ScalarType.Float32) / 255, text, batch.Step, batch.Share), .. Health?.Terms() ?? []];
    }

    public override void AfterStep(long step) => Health?.AfterStep(step);

    /// <summary>PSNR, SSIM, MS-SSIM and LPIPS of the reconstructions, for nested models those of short prefixes too; the score is the mean PSNR.</summary>
    public override ValidationReport? Validate()
    {
        if (held is null)
            return null;
        var values = new Dictionary<string, double>();
        double score = 0;
        foreach (int length in Lengths())
        {
            string suffix = length.ToString(CultureInfo.InvariantCulture);
            foreach ((string name, double value) in held.Measure((pictures, text) => Reconstruct(pictures, length, text), suffix))
                values[name] = value;
            score += values["psnr" + suffix] / Lengths().Count;
        }
        return new ValidationReport(score, values);
    }

    public override void WriteSheet(string path)
        => held?.WriteSheet(path, Lengths().Select(length => (Func<Tensor, Tensor?, Tensor>)((pictures, text) => Reconstruct(pictures, length, text))));

    public override void Export(string folder) => Export(network, folder);

    /// <summary>Writes a network as a model folder; that of a continuous one holds config and weights alone, since it has no tokens to describe.</summary>
    /// <param name="network">The network.</param>
    /// <param name="folder">Model folder to write.</param>
    /// <param name="proxy">The proxy tokenizer of a stage-one network, without which the model has no pixels; else null.</param>
    public static void Export(OneDPieceNetwork network, string folder, ProxyTokenizer? proxy = null)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelConfig config = network.Config.ToModelConfig();
        if (!network.Config.Continuous)
        {
            var tensors = new Dictionary<string, Tensor>(network.state_dict());
            foreach ((string name, Tensor value) in proxy?.state_dict() ?? [])
                tensors["proxy." + name] = value;
            ModelFolder.Save(folder, config, tensors);
            return;
        }
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), config.Root.ToJsonString());
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), network.state_dict());
    }

    /// <summary>Loss terms of pictures [B, 3, S, S] in 0..1, with text [B, T, E] where the decoder reads it, which are a share of the step's batch.</summary>
    protected abstract IReadOnlyList<LossTerm> Losses(Tensor pictures, Tensor? text, long step, BatchShare share);

    /// <summary>Tokens [B, C, 1, n] to pictures [B, 3, S, S], not clamped.</summary>
    protected virtual Tensor ToPictures(Tensor vectors, int length, Tensor? text) => network.Decode(vectors, length, text);

    /// <summary>How many tokens of each picture of a share the decoder sees at a step.</summary>
    protected IReadOnlyList<int> TokensAt(long step, BatchShare share)
    {
        int[] whole = lengths.At(recipe.Seed, step, recipe.Steps, share.Whole);
        return [.. Enumerable.Range(0, share.Count).Select(i => whole[share.First + i * share.Stride])];
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            held?.Dispose();
            Health?.Dispose();
        }
        base.Dispose(disposing);
    }

    // All tokens, and with prefixes every power of two from 1/16 of them on.
    private IReadOnlyList<int> Lengths()
    {
        int all = network.Config.LatentTokens;
        return network.Config.Nested ? [.. new[] { all / 16, all / 8, all / 4, all / 2, all }.Where(length => length > 0)] : [all];
    }

    private Tensor Reconstruct(Tensor pictures, int length, Tensor? text)
    {
        Tensor latents = network.Encode(pictures);
        if (!network.Config.Continuous)
            return ToPictures(network.Quantize(latents).Quantized, length, text);
        using Models.Quantizers.DiagonalGaussian gaussian = network.Distribution(latents);
        return ToPictures(gaussian.Mean, length, text);
    }
}
