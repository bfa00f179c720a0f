namespace Vtok.Training.Losses;

/// <summary>Weights and start of an <see cref="Adversary"/>. Defaults: TiTok's second stage.</summary>
public sealed record AdversarialSettings
{
    /// <summary>First step at which the discriminator is trained and heard.</summary>
    public long Start { get; init; } = 20_000;

    /// <summary>Factor of both players' losses from the start on.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Weight of the discriminator's opinion in the generator's loss; no adaptive weight.</summary>
    public double Weight { get; init; } = 0.01;

    /// <summary>Weight of the LeCam regularisation (arXiv 2104.03310).</summary>
    public double LeCamWeight { get; init; } = 0.001;

    /// <summary>Decay of LeCam's averages.</summary>
    public double LeCamDecay { get; init; } = 0.999;
}
