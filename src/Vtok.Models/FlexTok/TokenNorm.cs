namespace Vtok.Models.FlexTok;

/// <summary>The normalisation of all FlexTok networks: over the last dimension, without scale or shift.</summary>
internal static class TokenNorm
{
    private const double Epsilon = 1e-5;

    public static Tensor Apply(Tensor x, long[] width) => nn.functional.layer_norm(x, width, null, null, Epsilon);
}
