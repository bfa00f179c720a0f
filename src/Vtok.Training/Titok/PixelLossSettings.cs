namespace Vtok.Training.Titok;

/// <summary>Weights of the terms of <see cref="GeneratorLoss"/>, beside the discriminator's. Defaults: TiTok's second stage.</summary>
public sealed record PixelLossSettings
{
    /// <summary>Whether pixels are compared by their squared error; otherwise by the absolute one.</summary>
    public bool Squared { get; init; } = true;

    /// <summary>Weight of the pixels' error.</summary>
    public double ReconstructionWeight { get; init; } = 1;

    /// <summary>Weight of the perceptual distance.</summary>
    public double PerceptualWeight { get; init; } = 0.1;

    /// <summary>Weight of the quantizer's losses.</summary>
    public double QuantizerWeight { get; init; }

    /// <summary>Weight of the divergence of a continuous bottleneck.</summary>
    public double DivergenceWeight { get; init; } = 1e-6;

    /// <summary>Logarithm of the variance that the pixels' error of a continuous model is divided by; fixed.</summary>
    public double LogVariance { get; init; }
}
