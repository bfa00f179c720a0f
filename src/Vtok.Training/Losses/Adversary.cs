using TorchSharp.Utils;
using Vtok.Models;
using Vtok.Models.Discriminators;
using Vtok.Torch;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Losses;

/// <summary>A discriminator with its losses, a start step, LeCam regularisation and R1 penalty, as TiTok's loss module holds it.</summary>
/// <remarks>Keys: discriminator.*, ema_real_logits_mean and ema_fake_logits_mean [1].</remarks>
public sealed class Adversary : nn.Module, IStepLearner, IBatchStatistic
{
    private const string RealAverage = "ema_real_logits_mean";
    private const string FakeAverage = "ema_fake_logits_mean";

    [ComponentName(Name = "discriminator")] private readonly nn.Module<Tensor, Tensor> _discriminator;

    /// <summary>Creates the loss over a discriminator, which it owns.</summary>
    /// <param name="discriminator">Pictures [B, 3, H, W] to logits of any shape.</param>
    /// <param name="settings">Weights and start.</param>
    public Adversary(nn.Module<Tensor, Tensor> discriminator, AdversarialSettings settings) : base(nameof(Adversary))
    {
        (_discriminator, Settings) = (discriminator, settings);
        RegisterComponents();
        register_buffer(RealAverage, zeros(1));
        register_buffer(FakeAverage, zeros(1));
    }

    /// <summary>The same over a PatchGAN whose weights are drawn from the seed of a run.</summary>
    /// <param name="config">Size of the PatchGAN.</param>
    /// <param name="settings">Weights and start.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="device">Where it computes.</param>
    internal static Adversary OverPatches(PatchDiscriminatorConfig config, AdversarialSettings settings, int seed, Device device)
    {
        using Generator generator = new RandomDraw(seed, 0, "discriminator").NextGenerator();
        var discriminator = new PatchDiscriminator(config);
        discriminator.Initialize(generator);
        var loss = new Adversary(discriminator, settings);
        loss.to(device);
        return loss;
    }

    /// <summary>Losses, weights and start.</summary>
    public AdversarialSettings Settings { get; }

    /// <summary>The discriminator, owned by this module.</summary>
    public nn.Module<Tensor, Tensor> Discriminator => _discriminator;

    /// <summary>LeCam's average of the mean logit of real pictures [1], owned by this module.</summary>
    public Tensor RealMean => get_buffer(RealAverage)!;

    /// <summary>LeCam's average of the mean logit of reconstructions [1], owned by this module.</summary>
    public Tensor FakeMean => get_buffer(FakeAverage)!;

    /// <inheritdoc/>
    public StepNotes Notes { get; } = new();

    /// <inheritdoc/>
    /// <remarks>For LeCam and the adaptive weight.</remarks>
    public BatchMean Whole { get; set; } = BatchMean.Alone;

    /// <summary>Factor of both losses at a step: 0 before the start.</summary>
    public double FactorAt(long step) => step >= Settings.Start ? Settings.Factor : 0;

    /// <summary>The generator's term "gan", zero before the start; with an adaptive weight it is only logged, beside "gan-balance", and "gan-balanced" weighs.</summary>
    /// <param name="reconstruction">[B, 3, H, W], with the graph that made it.</param>
    /// <param name="step">The step.</param>
    /// <param name="fidelity">For the adaptive weight: the weighted sum of the pixels' error and the perceptual distance, a scalar.</param>
    /// <param name="lastLayer">For the adaptive weight: the weight of the layer that makes the pixels.</param>
    public IReadOnlyList<LossTerm> GeneratorTerms(Tensor reconstruction, long step, Tensor? fidelity = null, Tensor? lastLayer = null)
    {
        double factor = FactorAt(step);
        using IDisposable? exact = Autocast.Suspend(reconstruction.device_type); // as it sees them when it learns
        if (factor == 0 && Settings.RunsBeforeStart)
            using (no_grad())
            using (NewDisposeScope())
                _discriminator.call(reconstruction);
        if (factor == 0)
            return [new LossTerm("gan", zeros([], device: reconstruction.device), 0)];
        using DisposeScope scope = NewDisposeScope();
        Freeze(true); // the generator's pass needs no gradients of these weights
        Tensor logits = _discriminator.call(reconstruction.to(ScalarType.Float32));
        Tensor value = Settings.GeneratorForm switch
        {
            AdversarialForm.NonSaturating => AdversarialLoss.GeneratorVanilla(logits),
            AdversarialForm.Swapped => AdversarialLoss.GeneratorNonSaturating(logits),
            _ => AdversarialLoss.GeneratorHinge(logits),
        };
        List<LossTerm> terms = [new("gan", value, Settings.Weight * factor)];
        if (Settings.Adaptive)
        {
            Tensor balance = AdaptiveWeight.Of(fidelity ?? throw new ArgumentNullException(nameof(fidelity)), value, lastLayer ?? throw new ArgumentNullException(nameof(lastLayer)), Whole);
            terms = [new("gan", value, 0), new("gan-balanced", value * balance, Settings.Weight * factor), new("gan-balance", balance, 0)];
        }
        Freeze(false);
        return Kept(terms);
    }

    /// <summary>The discriminator's terms, "discriminator", "lecam" and "r1", with the mean logits for the log; moves LeCam's averages.</summary>
    /// <param name="pictures">Real pictures.</param>
    /// <param name="reconstruction">Reconstructions; no gradient flows into them.</param>
    /// <param name="step">The step.</param>
    /// <param name="survey">What <see cref="Survey"/> found where these pictures are one of several micro-batches, else null.</param>
    /// <returns>Before the start nothing, or with <see cref="AdversarialSettings.RunsBeforeStart"/> the one term "idle", which is zero.</returns>
    public IReadOnlyList<LossTerm> DiscriminatorTerms(Tensor pictures, Tensor reconstruction, long step, Tensor? survey = null)
    {
        double factor = FactorAt(step);
        if (factor == 0)
            return Settings.RunsBeforeStart ? [Idle(pictures, reconstruction)] : [];
        using DisposeScope scope = NewDisposeScope();
        bool penalised = Settings.PenaltyWeight > 0 && step % Settings.PenaltyEvery == 0;
        Tensor shown = penalised ? pictures.detach().clone().requires_grad_(true) : pictures.detach();
        Tensor real = _discriminator.call(shown), fake = _discriminator.call(reconstruction.detach());
        Tensor realMean = real.mean(), fakeMean = fake.mean();
        Tensor loss = Settings.DiscriminatorForm switch
        {
            AdversarialForm.Hinge => AdversarialLoss.DiscriminatorHinge(real, fake),
            AdversarialForm.Swapped => AdversarialLoss.DiscriminatorNonSaturating(real, fake),
            _ => AdversarialLoss.DiscriminatorVanilla(real, fake),
        };
        List<LossTerm> terms = [new("discriminator", loss, factor), new("logits-real", realMean, 0), new("logits-fake", fakeMean, 0)];
        if (Settings.LeCamWeight > 0)
        {
            Tensor means = stack([realMean, fakeMean]), all = Whole.Of(means, survey ?? means);                   // [2]
            Tensor lecam = nn.functional.relu(all[0] - FakeMean).square().mean() + nn.functional.relu(RealMean - all[1]).square().mean();
            terms.Add(new LossTerm("lecam", lecam, Settings.LeCamWeight));
            if (Notes.Wait)
                Notes.Add(realMean.view(1), fakeMean.view(1));
            else
                Follow(realMean, fakeMean);
        }
        if (penalised)
        {
            Tensor slope = SafeOps.Grad(real.sum(), [shown], createGraph: true)[0];                       // [B, 3, H, W]
            terms.Add(new LossTerm("r1", slope.square().sum([1, 2, 3]).mean(), factor * Settings.PenaltyWeight / 2 * Settings.PenaltyEvery));
        }
        return Kept(terms);
    }

    /// <summary>The mean logits of the real pictures and of the reconstructions over all micro-batches of a step [2], for LeCam, which is no mean over pictures.</summary>
    /// <param name="seen">Pictures and reconstructions of each.</param>
    /// <param name="step">The step.</param>
    /// <returns>Null where LeCam does not weigh at this step.</returns>
    internal Tensor? Survey(IReadOnlyCollection<(Tensor Pictures, Tensor Reconstruction)> seen, long step)
    {
        if (FactorAt(step) == 0 || Settings.LeCamWeight == 0)
            return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor[] remembered = [.. _discriminator.buffers().Select(buffer => buffer.clone())]; // batch norm is to see each micro-batch once
        Tensor sum = zeros(2, device: RealMean.device);
        foreach ((Tensor pictures, Tensor reconstruction) in seen)
        {
            using DisposeScope each = NewDisposeScope();
            sum.add_(stack([_discriminator.call(pictures).mean(), _discriminator.call(reconstruction).mean()]).detach());
        }
        foreach ((Tensor buffer, Tensor value) in _discriminator.buffers().Zip(remembered))
            buffer.copy_(value);
        return sum.div_(seen.Count).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Learn(Func<Tensor, Tensor> gather)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Notes.Take(gather) is [Tensor real, Tensor fake])
            Follow(real.mean(), fake.mean());
    }

    // Zero with zero gradients, so that moments and step counts are those of the published loop.
    private LossTerm Idle(Tensor pictures, Tensor reconstruction)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = _discriminator.call(pictures.detach()).mean() + _discriminator.call(reconstruction.detach()).mean();
        return new LossTerm("idle", (logits * 0).MoveToOuterDisposeScope());
    }

    private static List<LossTerm> Kept(List<LossTerm> terms)
    {
        foreach (LossTerm term in terms)
            term.Value.MoveToOuterDisposeScope();
        return terms;
    }

    private void Follow(Tensor realMean, Tensor fakeMean)
    {
        using IDisposable quiet = no_grad();
        RealMean.detach().mul_(Settings.LeCamDecay).add_(realMean.detach(), alpha: 1 - Settings.LeCamDecay);
        FakeMean.detach().mul_(Settings.LeCamDecay).add_(fakeMean.detach(), alpha: 1 - Settings.LeCamDecay);
    }

    private void Freeze(bool frozen)
    {
        foreach (TorchSharp.Modules.Parameter parameter in _discriminator.parameters())
            parameter.requires_grad = !frozen;
    }
}
