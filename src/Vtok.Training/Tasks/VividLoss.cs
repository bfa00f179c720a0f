using Vtok.Models;
using Vtok.Models.Perceptual;
using Vtok.Models.Residual;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Tasks;

/// <summary>Absolute error, the MobileNetV2 distance, and the penalties of the patterns that such a distance invites.</summary>
/// <remarks>The distance sees a random window at a random size, so that no pattern of a fixed period can please it; below 64 tokens its
/// weight falls, since there it asks for texture that the tokens do not tell. A discriminator, where the recipe has one, sees a random window too and
/// weighs by the same share.</remarks>
internal sealed class VividLoss : RefinementLoss
{
    internal const double WindowShare = 0.875;       // 112 of 128 pixels
    private const double LeastSizeShare = 0.6875;    // 88 of 128 pixels
    private static readonly int[] JudgedLengths = [64, 256];

    private readonly MobileNetV2 _network;
    private readonly MobileNetDistance _distance;
    private readonly RefinementSettings _settings;
    private readonly BatchMean _whole;
    private readonly Tensor _lastLayer;
    private readonly int _seed;
    private readonly Adversary? _adversary;
    private readonly DiscriminatorOpponent? _opponent;

    private VividLoss(MobileNetV2 network, Recipe recipe, RefinementSettings settings, BatchMean whole, Tensor lastLayer, Adversary? adversary)
    {
        (_network, _distance, _settings, _whole) = (network, new MobileNetDistance(network), settings, whole);
        (_lastLayer, _seed, _adversary) = (lastLayer, recipe.Seed, adversary);
        if (adversary is not null)
            _opponent = new DiscriminatorOpponent(adversary, recipe.Optimizer, recipe.Schedule.Over(settings.DiscriminatorRate, recipe.Steps - adversary.Settings.Start), (_, _) => true);
    }

    public override Opponent? Opponent => _opponent;

    /// <summary>Opens the perceptual network of the settings and draws the discriminator's weights.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="whole">How means over a process's pictures become those of all processes.</param>
    /// <param name="lastLayer">The weight of the decoder's layer that makes the pixels, for the adaptive weight; not owned.</param>
    /// <param name="device">Where it computes.</param>
    public static VividLoss Load(Recipe recipe, RefinementSettings settings, BatchMean whole, Tensor lastLayer, Device device)
    {
        MobileNetV2 network = RecipeFiles.Read("settings.perceptualModel", settings.PerceptualModel, folder => MobileNetV2.Open(folder, device));
        Adversary? adversary = settings.Adversarial is { } adversarial ? Adversary.OverPatches(settings.Patch, adversarial, recipe.Seed, device) : null;
        return new VividLoss(network, recipe, settings, whole, lastLayer, adversary);
    }

    public override IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step)
    {
        SquareCrop window = Window(output, step, out long side);
        Tensor seen = Cut(output, window), real = Cut(pictures, window);
        Tensor share = ((lengths.to(ScalarType.Float32).log2() - 4) / 2).clamp(0.05, 1);                               // [B]: 1 from 64 tokens on
        List<LossTerm> terms =
        [
            new("l1", (output - pictures).abs().mean()),
            new("mbp", (_distance.Distance(Resize(seen, side), Resize(real, side)) * share).mean(), _settings.PerceptualWeight),
        ];
        IReadOnlyList<LossTerm> opinion = [];
        if (_adversary is not null)
        {
            Tensor heard = _whole.ValueOf(share.mean());
            opinion = _adversary.GeneratorTerms(seen, step, _adversary.Settings.Adaptive ? LossTerm.Sum(terms) : null, _lastLayer);
            opinion = [.. opinion.Select(term => term.Weight == 0 ? term : term with { Value = term.Value * heard })]; // what is only logged stays as it is
            _opponent!.Look(real, seen);
        }
        return
        [
            .. terms,
            .. opinion,
            new("grid", GridPattern.Penalty(output, _settings.GridPeriods, _whole), _settings.GridWeight),
            new("weave", GridPattern.Weave(output), _settings.WeaveWeight),
            new("excess", DetailSpectrum.Excess(output, pictures, _whole), _settings.ExcessWeight),
        ];
    }

    public override Tensor Distance(Tensor output, Tensor pictures)
        => (output - pictures).abs().mean([1, 2, 3]) + _settings.PerceptualWeight * _distance.Distance(output, pictures);

    /// <summary>The loss at 64 and 256 tokens with the patterns, the grid folded by 64, the sign changed.</summary>
    public override double Score(IReadOnlyDictionary<int, LengthReport> reports) => -JudgedLengths.Select(length => reports[length])
        .Average(report => report.Loss + _settings.GridWeight * (report.GridFirst + report.GridSecond) + _settings.WeaveWeight * report.Weave
            + _settings.ExcessWeight * report.Excess);

    public override void Dispose()
    {
        _network.Dispose();
        _adversary?.Dispose();
    }

    /// <summary>A random window of the batch and the side to which the perceptual distance resizes it.</summary>
    private SquareCrop Window(Tensor output, long step, out long side)
    {
        var draw = new RandomDraw(_seed, step, "look");
        int whole = (int)output.size(2), window = (int)(whole * WindowShare), least = (int)(whole * LeastSizeShare);
        int x = draw.Next(whole - window + 1), y = draw.Next(whole - window + 1);
        side = least + draw.Next(whole - least + 1);
        return new SquareCrop(y, x, window);
    }

    private static Tensor Cut(Tensor batch, SquareCrop window) => batch.narrow(2, window.Top, window.Side).narrow(3, window.Left, window.Side);

    private static Tensor Resize(Tensor batch, long side) => nn.functional.interpolate(batch, [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
}
