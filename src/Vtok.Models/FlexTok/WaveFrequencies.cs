namespace Vtok.Models.FlexTok;

/// <summary>Frequencies of the time embedding: f_j = (1000 / largest time) exp(-ln(256) j / half).</summary>
/// <remarks>
/// Where the largest time is 1, angles reach 1000 radians, and the last bit of a frequency moves a sine by 3e-5: more than all else in the
/// network. Published features have the exponential of PyTorch's vector kernel, which is off by one bit here and there and differs from
/// processor to processor; this is that approximation (reduction by ln 2, polynomial of degree 6, fused), the same everywhere.
/// </remarks>
internal static class WaveFrequencies
{
    // Frequencies fall to 1/256 of the first (other models go to 1/10000).
    private const double MaxPeriod = 256, TimeUnit = 1000;

    private const float InverseLn2 = 1.4426950408889634f, Ln2High = 0.693145751953125f, Ln2Low = 1.428606765330187e-6f;

    private static readonly float[] Polynomial = [1.98527618e-4f, 1.3930436e-3f, 8.3333608e-3f, 4.1666485e-2f, 0.16666667f, 0.5f];

    public static float[] Of(int features, double maxTime)
    {
        int half = features / 2;
        float slope = (float)-Math.Log(MaxPeriod), unit = (float)(TimeUnit / maxTime);
        return [.. Enumerable.Range(0, half).Select(j => Exponential(slope * j / half) * unit)];
    }

    private static float Exponential(float x)
    {
        float q = MathF.Round(x * InverseLn2);
        float s = MathF.FusedMultiplyAdd(q, -Ln2Low, MathF.FusedMultiplyAdd(q, -Ln2High, x));
        float u = Polynomial[0];
        foreach (float coefficient in Polynomial.AsSpan(1))
            u = MathF.FusedMultiplyAdd(u, s, coefficient);
        return MathF.ScaleB(1 + MathF.FusedMultiplyAdd(s * s, u, s), (int)q);
    }
}
