using Vtok.Models.Layers;

namespace Vtok.Models.FlexTok;

/// <summary>Published starting values.</summary>
internal static class FlexInitialization
{
    private const double Deviation = 0.02;

    /// <summary>Xavier's uniform draws for the weight, zero for the bias.</summary>
    public static void Xavier(Linear layer, Generator generator)
    {
        Initialization.XavierUniform(layer.Weight, generator);
        if (layer.Bias is { } bias)
            Initialization.Zero(bias);
    }

    /// <summary>Zero for weight and bias.</summary>
    public static void Zero(Linear layer)
    {
        Initialization.Zero(layer.Weight);
        if (layer.Bias is { } bias)
            Initialization.Zero(bias);
    }

    /// <summary>Small normal draws for learned tokens and positions.</summary>
    public static void Small(Tensor tokens, Generator generator) => Initialization.TruncatedNormal(tokens, Deviation, generator);
}
