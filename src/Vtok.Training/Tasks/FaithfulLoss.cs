namespace Vtok.Training.Tasks;

/// <summary>The pixel loss: mean over the batch of log(MSE + 0.001).</summary>
/// <remarks>Its gradient is that of the PSNR, so short prefixes and busy pictures do not drown the others.</remarks>
internal sealed class FaithfulLoss : RefinementLoss
{
    private const double Floor = 0.001;

    public override IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step)
        => [new("logMse", Distance(output, pictures).mean())];

    public override Tensor Distance(Tensor output, Tensor pictures) => ((output - pictures).square().mean([1, 2, 3]) + Floor).log();

    /// <summary>The mean PSNR over the lengths.</summary>
    public override double Score(IReadOnlyDictionary<int, LengthReport> reports) => reports.Values.Average(report => report.Psnr);

    public override void Dispose() { }
}
