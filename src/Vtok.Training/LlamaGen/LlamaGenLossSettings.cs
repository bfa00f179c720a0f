namespace Vtok.Training.LlamaGen;

/// <summary>Weights of the terms of <see cref="LlamaGenObjective"/>, beside the quantizer's and the discriminator's. Defaults: as published.</summary>
public sealed record LlamaGenLossSettings
{
    /// <summary>Whether pixels are compared by their squared error; otherwise by the absolute one.</summary>
    public bool Squared { get; init; } = true;

    /// <summary>Weight of the pixels' error.</summary>
    public double ReconstructionWeight { get; init; } = 1;

    /// <summary>Weight of the perceptual distance.</summary>
    public double PerceptualWeight { get; init; } = 1;

    /// <summary>Whether LPIPS leaves out half of its squared differences at random, as in the published training, where this is an oversight.</summary>
    public bool PerceptualDropout { get; init; }
}
