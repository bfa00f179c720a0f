using Vtok.Data;
using Vtok.Models.LlamaGen;
using Vtok.Models.Weights;
using Vtok.Torch;
using Vtok.Training.Collectives;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.LlamaGen;

/// <summary>Training of a grid tokenizer: everything from pixels at once, or the decoder alone over frozen tokens.</summary>
internal sealed class LlamaGenTask : TrainingTask
{
    private readonly Recipe _recipe;
    private readonly LlamaGenSettings _settings;
    private readonly LlamaGenNetwork _network;
    private readonly PictureDistance? _distance;
    private readonly Adversary? _adversary;
    private readonly LlamaGenObjective _objective;
    private readonly DiscriminatorOpponent? _opponent;
    private readonly CodebookHealth _health;
    private readonly Func<long, TrainingBatch> _data;
    private readonly HeldOutPictures? _held;
    private readonly Device _device;

    /// <summary>Prepares the task; it owns network, distance, discriminator and held-out pictures.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="network">The network.</param>
    /// <param name="distance">Perceptual distance, or null.</param>
    /// <param name="adversary">Discriminator, or null.</param>
    /// <param name="data">The batch of a step: "pictures", uint8 [B, 3, S, S].</param>
    /// <param name="held">Held-out pictures, or null.</param>
    /// <param name="team">The processes of the run.</param>
    /// <param name="device">Where it computes.</param>
    public LlamaGenTask(Recipe recipe, LlamaGenSettings settings, LlamaGenNetwork network, PictureDistance? distance, Adversary? adversary,
        Func<long, TrainingBatch> data, HeldOutPictures? held, ICollective team, Device device)
    {
        (_recipe, _settings, _network, _distance, _adversary, _data, _held, _device) = (recipe, settings, network, distance, adversary, data, held, device);
        _objective = new LlamaGenObjective(network, settings.Loss, distance, adversary);
        long grid = settings.Side / settings.Network.Factor;
        _health = new CodebookHealth(network.Quantizer, settings.Codebook, recipe, grid * grid, team, device);
        if (adversary is not null)
            _opponent = new DiscriminatorOpponent(adversary, recipe.Optimizer, recipe.Schedule.Over(settings.DiscriminatorRate, recipe.Steps - adversary.Settings.Start), Decays);
        if (settings.DecoderOnly)
            foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
                parameter.requires_grad = name.StartsWith("decoder.", StringComparison.Ordinal) || name.StartsWith("post_quant_conv.", StringComparison.Ordinal);
    }

    public override nn.Module Model => _network;

    public override Opponent? Opponent => _opponent;

    public override IEnumerable<KeyValuePair<string, Tensor>> State => _health.State;

    /// <summary>What makes the batches of real pictures, or null; not owned.</summary>
    public PictureBatches? Reader { get; init; }

    public override IReadOnlyList<SkippedSample> Skipped => Reader?.Skipped ?? [];

    public override long? KeptBytes => _settings.DecoderOnly || _settings.Checkpointing ? null : KeptActivations.OfLlamaGen(_settings.Network, _settings.Side, _recipe.Bfloat16);

    public override string? DataDigest => Reader?.Digest;

    public override void Prepare(long step, long end, Action<string>? say, CancellationToken stop) => Reader?.Prepare(step, end, say, stop);

    public override TrainingBatch MakeBatch(long step) => _data(step);

    public override IReadOnlyList<LossTerm> Losses(TrainingBatch batch)
    {
        using IDisposable? autocast = _recipe.Bfloat16 ? Autocast.Enter(_device.type) : null;
        Tensor pictures = batch["pictures"].to(_device).to(ScalarType.Float32) / 127.5 - 1;
        Generator[]? dropout = _settings.Loss.PerceptualDropout ? Draws(batch) : null;
        GridOutput output = Pass(pictures, batch.Step, dropout);
        foreach (Generator generator in dropout ?? [])
            generator.Dispose();
        _opponent?.Look(pictures, output.Reconstruction);
        return [.. output.Terms, .. _health.Terms()];
    }

    public override void AfterStep(long step)
    {
        if (!_settings.DecoderOnly) // whose steps note no codes
            _health.AfterStep(step);
    }

    /// <summary>PSNR, SSIM, MS-SSIM and LPIPS of the reconstructions, with usage and perplexity of the codes over all held-out pictures; the score is the PSNR.</summary>
    public override ValidationReport? Validate()
    {
        if (_held is null)
            return null;
        var usage = new CodeCounts(_settings.Network.Vocabulary);
        var values = new Dictionary<string, double>(_held.Measure((pictures, _) => Reconstruct(pictures, usage)))
        {
            ["heldOutUsage"] = usage.Used,
            ["heldOutPerplexity"] = usage.Perplexity,
        };
        return new ValidationReport(values["psnr"], values);
    }

    public override void WriteSheet(string path) => _held?.WriteSheet(path, [(pictures, _) => Reconstruct(pictures, null)]);

    public override void Export(string folder) => Export(_network, folder);

    /// <summary>Writes a network as a model folder.</summary>
    public static void Export(LlamaGenNetwork network, string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        ModelFolder.Save(folder, network.Config.ToModelConfig(), network.state_dict());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _distance?.Dispose();
            _adversary?.Dispose();
            _health.Dispose();
            _held?.Dispose();
        }
        base.Dispose(disposing);
    }

    // A picture's draws depend on its place in the step's batch, whichever process has it.
    private Generator[] Draws(TrainingBatch batch) =>
        [.. Enumerable.Range(0, batch.Share.Count).Select(i => new RandomDraw(_recipe.Seed, batch.Step, $"dropout {batch.Share.First + i * batch.Share.Stride}").NextGenerator())];

    private GridOutput Pass(Tensor pictures, long step, Generator[]? dropout)
    {
        if (_settings.DecoderOnly)
        {
            Tensor frozen;
            using (no_grad())
                frozen = _network.Lookup(_network.Encode(pictures));
            return _objective.Judge(pictures, frozen, [], step, dropout);
        }
        Tensor vectors = _objective.Vectors(pictures), features = vectors.permute(0, 2, 3, 1);
        if (_health.IsFree(step))
        {
            _health.Gather(features, step);
            return _objective.Judge(pictures, _settings.Network.Normalize ? nn.functional.normalize(vectors, dim: 1) : vectors, [], step, dropout);
        }
        GridOutput output = _objective.Run(pictures, vectors, step, dropout);
        _health.Note(features, output.Ids!, step);
        return output;
    }

    private Tensor Reconstruct(Tensor pictures, CodeCounts? usage)
    {
        Tensor ids = _network.Encode(pictures * 2 - 1);
        usage?.Add(ids);
        return (_network.Decode(ids) + 1) / 2;
    }
}
