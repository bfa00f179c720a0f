using Vtok.Models.Perceptual;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Tasks;

/// <summary>Absolute error, the MobileNetV2 distance, and the penalties of the patterns that such a distance invites.</summary>
/// <remarks>The distance sees a random window at a random size, so that no pattern of a fixed period can please it; below 64 tokens its
/// weight falls, since there it asks for texture that the tokens do not tell.</remarks>
internal sealed class VividLoss : RefinementLoss
{
    private const double WindowShare = 0.875;        // 112 of 128 pixels
    private const double LeastSizeShare = 0.6875;    // 88 of 128 pixels
    private static readonly int[] JudgedLengths = [64, 256];

    private readonly MobileNetV2 _network;
    private readonly MobileNetDistance _distance;
    private readonly RefinementSettings _settings;
    private readonly int _seed;

    private VividLoss(MobileNetV2 network, RefinementSettings settings, int seed)
        => (_network, _distance, _settings, _seed) = (network, new MobileNetDistance(network), settings, seed);

    /// <summary>Opens the perceptual network of the settings.</summary>
    public static VividLoss Load(Recipe recipe, RefinementSettings settings, Device device)
        => new(MobileNetV2.Open(settings.PerceptualModel, device), settings, recipe.Seed);

    public override IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step)
    {
        (Tensor seen, Tensor wanted) = Look(output, pictures, step);
        Tensor share = ((lengths.to(ScalarType.Float32).log2() - 4) / 2).clamp(0.05, 1);               // [B]: 1 from 64 tokens on
        return
        [
            new("l1", (output - pictures).abs().mean()),
            new("mbp", (_distance.Distance(seen, wanted) * share).mean(), _settings.PerceptualWeight),
            new("grid", GridPattern.Penalty(output, _settings.GridPeriods), _settings.GridWeight),
            new("weave", GridPattern.Weave(output), _settings.WeaveWeight),
            new("excess", DetailSpectrum.Excess(output, pictures), _settings.ExcessWeight),
        ];
    }

    public override Tensor Distance(Tensor output, Tensor pictures)
        => (output - pictures).abs().mean([1, 2, 3]) + _settings.PerceptualWeight * _distance.Distance(output, pictures);

    /// <summary>The loss at 64 and 256 tokens with the patterns, the grid folded by 64, the sign changed.</summary>
    public override double Score(IReadOnlyDictionary<int, LengthReport> reports) => -JudgedLengths.Select(length => reports[length])
        .Average(report => report.Loss + _settings.GridWeight * (report.GridFirst + report.GridSecond) + _settings.WeaveWeight * report.Weave
            + _settings.ExcessWeight * report.Excess);

    public override void Dispose() => _network.Dispose();

    private (Tensor Seen, Tensor Wanted) Look(Tensor output, Tensor pictures, long step)
    {
        var draw = new RandomDraw(_seed, step, "look");
        int whole = (int)output.size(2), window = (int)(whole * WindowShare), least = (int)(whole * LeastSizeShare);
        int x = draw.Next(whole - window + 1), y = draw.Next(whole - window + 1);
        long side = least + draw.Next(whole - least + 1);
        return (See(output), See(pictures));

        Tensor See(Tensor batch) => nn.functional.interpolate(batch.narrow(2, y, window).narrow(3, x, window), [side, side],
            mode: InterpolationMode.Bilinear, align_corners: false);
    }
}
