namespace Vtok.Training.Recipes;

/// <summary>What a network computes in while it is trained. Weights, moments, losses and codebook distances are float32 in all of them.</summary>
public enum TrainingPrecision
{
    /// <summary>float32: "fp32".</summary>
    Float32,

    /// <summary>float32 whose products are rounded to 10 bits of fraction, on CUDA: "tf32". A processor computes in float32.</summary>
    TensorFloat32,

    /// <summary>bfloat16: "bf16".</summary>
    Bfloat16,
}
