using System.Numerics;

namespace Vtok.Imaging.Quality;

/// <summary>SSIM of two planes (Wang, Bovik, Sheikh, Simoncelli 2004), windows wholly inside.</summary>
internal static class StructuralSimilarity
{
    private const double C1 = 0.01 * 255 * (0.01 * 255);
    private const double C2 = 0.03 * 255 * (0.03 * 255);

    // The five averaged quantities: a, b, a^2, b^2, a b.
    private const int Quantities = 5;

    /// <summary>Means over the map: of SSIM, and of its contrast-structure factor alone.</summary>
    public static (double Ssim, double Contrast) Compute(Plane a, Plane b, SsimWindow window)
    {
        double ssim = 0, contrast = 0;
        int width = a.Width - window.Taps.Length + 1, height = a.Height - window.Taps.Length + 1;
        ForEachRow(a, b, window, (_, ssimRow, contrastRow) =>
        {
            double ssimSum = 0, contrastSum = 0;
            for (int x = 0; x < ssimRow.Length; x++)
            {
                ssimSum += ssimRow[x];
                contrastSum += contrastRow[x];
            }
            ssim += ssimSum;
            contrast += contrastSum;
        });
        double count = (double)width * height;
        return (ssim / count, contrast / count);
    }

    /// <summary>One row of the SSIM map.</summary>
    public static double[] MapRow(Plane a, Plane b, SsimWindow window, int row)
    {
        double[] map = [];
        ForEachRow(a, b, window, (y, ssimRow, _) => map = y == row ? ssimRow.ToArray() : map);
        return map;
    }

    private delegate void RowVisitor(int y, ReadOnlySpan<double> ssim, ReadOnlySpan<double> contrast);

    // Rows are averaged along x as they come and kept in a ring of as many rows as the window has.
    private static void ForEachRow(Plane a, Plane b, SsimWindow window, RowVisitor visit)
    {
        int taps = window.Taps.Length;
        int width = a.Width - taps + 1;
        int padded = width + Vector<double>.Count; // whole vectors may be written at the end of a row
        double[] products = new double[Quantities * (a.Width + Vector<double>.Count)];
        double[] ring = new double[Quantities * taps * padded];
        double[] ssim = new double[padded], contrast = new double[padded];
        for (int y = 0; y < a.Height; y++)
        {
            Multiply(a.Row(y), b.Row(y), products);
            for (int q = 0; q < Quantities; q++)
                Average(products.AsSpan(q * (products.Length / Quantities)), ring.AsSpan((q * taps + y % taps) * padded, padded), width, window.Taps);
            if (y < taps - 1)
                continue;
            Combine(ring, padded, width, y + 1, window, ssim, contrast);
            visit(y - taps + 1, ssim.AsSpan(0, width), contrast.AsSpan(0, width));
        }
    }

    private static void Multiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> products)
    {
        int stride = products.Length / Quantities;
        a.CopyTo(products);
        b.CopyTo(products[stride..]);
        for (int x = 0; x < a.Length; x++)
        {
            products[2 * stride + x] = a[x] * a[x];
            products[3 * stride + x] = b[x] * b[x];
            products[4 * stride + x] = a[x] * b[x];
        }
    }

    private static void Average(ReadOnlySpan<double> source, Span<double> target, int width, ReadOnlySpan<double> taps)
    {
        for (int x = 0; x < width; x += Vector<double>.Count)
        {
            Vector<double> sum = Vector<double>.Zero;
            for (int i = 0; i < taps.Length; i++)
                sum += (x + i + Vector<double>.Count <= source.Length ? new Vector<double>(source[(x + i)..]) : Tail(source[(x + i)..])) * taps[i];
            sum.CopyTo(target[x..]);
        }
    }

    private static Vector<double> Tail(ReadOnlySpan<double> source)
    {
        Span<double> whole = stackalloc double[Vector<double>.Count];
        source.CopyTo(whole);
        return new Vector<double>(whole);
    }

    // `next` is the row after the newest, so the oldest row of the ring lies at next % taps.
    private static void Combine(ReadOnlySpan<double> ring, int padded, int width, int next, SsimWindow window, Span<double> ssim, Span<double> contrast)
    {
        int taps = window.Taps.Length;
        for (int x = 0; x < width; x += Vector<double>.Count)
        {
            Vector<double> a = Vector<double>.Zero, b = a, aa = a, bb = a, ab = a;
            for (int i = 0; i < taps; i++)
            {
                int at = (next + i) % taps * padded + x;
                double tap = window.Taps[i];
                a += Load(ring, at) * tap;
                b += Load(ring, taps * padded + at) * tap;
                aa += Load(ring, 2 * taps * padded + at) * tap;
                bb += Load(ring, 3 * taps * padded + at) * tap;
                ab += Load(ring, 4 * taps * padded + at) * tap;
            }
            double scale = window.CovarianceScale;
            Vector<double> varianceA = (aa - a * a) * scale, varianceB = (bb - b * b) * scale, covariance = (ab - a * b) * scale;
            Vector<double> cs = (2 * covariance + new Vector<double>(C2)) / (varianceA + varianceB + new Vector<double>(C2));
            Vector<double> luminance = (2 * a * b + new Vector<double>(C1)) / (a * a + b * b + new Vector<double>(C1));
            cs.CopyTo(contrast[x..]);
            (luminance * cs).CopyTo(ssim[x..]);
        }
    }

    private static Vector<double> Load(ReadOnlySpan<double> source, int at) => new(source[at..]);
}
