namespace Vtok.Models.Residual;

/// <summary>Bands of a picture: the n x n low corner of its orthonormal DCT-II, as an n x n picture (LR_n) or as coefficients.</summary>
/// <remarks>LR_n is the inverse n x n DCT of the band, so an error there is the error in the full picture. Enlarging pads the
/// coefficients with zeros; both are small matrices applied from the left and from the right. Not thread-safe.</remarks>
internal sealed class DctBands(int size, Device device) : IDisposable
{
    private readonly Dictionary<int, Tensor> _dct = [];
    private readonly Dictionary<(int Band, int Side), Tensor> _drawing = [];

    /// <summary>Orthonormal DCT-II matrix [n, n]: row k is the k-th cosine.</summary>
    public Tensor Dct(int n)
    {
        if (_dct.TryGetValue(n, out Tensor? known))
            return known;
        float[] values = new float[n * n];
        for (int k = 0; k < n; k++)
            for (int x = 0; x < n; x++)
                values[k * n + x] = (float)(Math.Sqrt((k == 0 ? 1.0 : 2.0) / n) * Math.Cos(Math.PI * (2 * x + 1) * k / (2.0 * n)));
        return _dct[n] = tensor(values, [n, n], device: device).DetachFromDisposeScope();
    }

    /// <summary>Coefficients of the low band of pictures: [..., size, size] -> [..., band, band].</summary>
    public Tensor Analyse(Tensor pictures, int band)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor low = Dct(size)[..band];
        return Sandwich(low, pictures).MoveToOuterDisposeScope();
    }

    /// <summary>LR_n of coefficients that hold at least n x n: [..., m, m] -> [..., n, n].</summary>
    public Tensor ToPicture(Tensor coefficients, int n)
    {
        using DisposeScope scope = NewDisposeScope();
        return Sandwich(Dct(n).t(), coefficients.narrow(-2, 0, n).narrow(-1, 0, n)).MoveToOuterDisposeScope();
    }

    /// <summary>Coefficients of an n x n picture: [..., n, n] -> [..., n, n].</summary>
    public Tensor ToCoefficients(Tensor picture) => Sandwich(Dct((int)picture.size(-1)), picture);

    /// <summary>Draws coefficients at a side in the units of pixels, or only the crop that begins at top, left.</summary>
    /// <param name="coefficients">[..., n, n].</param>
    /// <param name="side">Side of the whole picture.</param>
    /// <param name="top">First row.</param>
    /// <param name="left">First column.</param>
    /// <param name="crop">Side of the crop.</param>
    public Tensor Draw(Tensor coefficients, int side, int top, int left, int crop)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Drawing((int)coefficients.size(-1), side);
        int band = (int)matrix.size(1);
        Tensor rows = matrix.narrow(0, top, crop), columns = matrix.narrow(0, left, crop);
        Tensor cut = coefficients.narrow(-2, 0, band).narrow(-1, 0, band);
        return linear(linear(cut, columns).transpose(-2, -1), rows).transpose(-2, -1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (Tensor matrix in _dct.Values.Concat(_drawing.Values))
            matrix.Dispose();
    }

    /// <summary>Inverse DCT of a side, cut to the band that both have, with the scale that keeps pixel units: [side, min(band, side)].</summary>
    private Tensor Drawing(int band, int side)
    {
        if (_drawing.TryGetValue((band, side), out Tensor? known))
            return known;
        using DisposeScope scope = NewDisposeScope();
        Tensor matrix = Dct(side)[..Math.Min(band, side)].t() * Math.Sqrt((double)side / size);
        return _drawing[(band, side)] = matrix.contiguous().DetachFromDisposeScope();
    }

    /// <summary>matrix * x * matrix^T on the last two dimensions.</summary>
    private static Tensor Sandwich(Tensor matrix, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return linear(linear(x, matrix).transpose(-2, -1), matrix).transpose(-2, -1).MoveToOuterDisposeScope();
    }

    private static Tensor linear(Tensor x, Tensor weight) => nn.functional.linear(x, weight);
}
