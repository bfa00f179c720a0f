using Vtok.Models;
using Vtok.Training.Losses;

namespace Vtok.Training.Tasks;

/// <summary>The pixel loss: mean over the batch of log(MSE + 0.001), with 1 - MS-SSIM and the penalties of patterns beside it where they have a weight.</summary>
/// <remarks>The gradient of the first is that of the PSNR, so short prefixes and busy pictures do not drown the others.</remarks>
internal sealed class FaithfulLoss : RefinementLoss
{
    private const double Floor = 0.001;

    private readonly RefinementSettings _settings;
    private readonly BatchMean _whole;
    private readonly MultiScaleSsim? _structure;

    /// <summary>Prepares the loss.</summary>
    /// <param name="settings">Weights.</param>
    /// <param name="whole">How means over a process's pictures become those of all processes.</param>
    /// <param name="device">Where it computes.</param>
    public FaithfulLoss(RefinementSettings settings, BatchMean whole, Device device)
    {
        (_settings, _whole) = (settings, whole);
        _structure = settings.StructureWeight > 0 ? new MultiScaleSsim(settings.Window, device) : null;
    }

    public override IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step)
    {
        List<LossTerm> terms = [new("logMse", Distance(output, pictures).mean())];
        if (_structure is not null)
            terms.Add(new("structure", 1 - _structure.Of((output + 1) / 2, (pictures + 1) / 2).mean(), _settings.StructureWeight));
        if (_settings.GridWeight > 0)
            terms.Add(new("grid", GridPattern.Penalty(output, _settings.GridPeriods, _whole), _settings.GridWeight));
        if (_settings.WeaveWeight > 0)
            terms.Add(new("weave", GridPattern.Weave(output), _settings.WeaveWeight));
        if (_settings.FixedPatternWeight > 0 && _whole.Count(output.size(0)) > 1)
            terms.Add(new("fixedPattern", GridPattern.FixedPattern(output, _whole), _settings.FixedPatternWeight));
        return terms;
    }

    public override Tensor Distance(Tensor output, Tensor pictures) => ((output - pictures).square().mean([1, 2, 3]) + Floor).log();

    /// <summary>The mean over the lengths of what the loss weighs: PSNR, and in its units (4.343 dB for 1) MS-SSIM and the patterns, the grid folded by 64.</summary>
    public override double Score(IReadOnlyDictionary<int, LengthReport> reports)
    {
        const double decibels = 4.342944819; // 10 / ln 10
        return reports.Values.Average(report => report.Psnr + decibels * (_settings.StructureWeight * report.MsSsim
            - _settings.GridWeight * (report.GridFirst + report.GridSecond) - _settings.WeaveWeight * report.Weave
            - _settings.FixedPatternWeight * report.FixedPattern));
    }

    public override void Dispose() => _structure?.Dispose();
}
