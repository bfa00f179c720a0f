namespace Vtok.Models.Residual;

/// <summary>The orthonormal opponent space: a squared error there is the squared error in 8-bit RGB units.</summary>
/// <remarks>Rows (1,1,1)/sqrt 3, (1,0,-1)/sqrt 2, (1,-2,1)/sqrt 6 of values 0..255 less 127.5.</remarks>
internal sealed class OpponentColour : IDisposable
{
    private readonly Tensor _rows; // [3, 3]

    public OpponentColour(Device device)
    {
        double a = 1 / Math.Sqrt(3), b = 1 / Math.Sqrt(2), c = 1 / Math.Sqrt(6);
        _rows = tensor([(float)a, (float)a, (float)a, (float)b, 0, (float)-b, (float)c, (float)(-2 * c), (float)c], [3, 3], device: device)
            .DetachFromDisposeScope();
    }

    /// <summary>Turns planes that are already centred and in 0..255 units: [B, 3, H, W] -> [B, 3, H, W].</summary>
    public Tensor FromCentred(Tensor rgb) => Mix(_rows, rgb);

    /// <summary>Opponent planes to RGB in 0..1, not clamped: [B, 3, H, W] -> [B, 3, H, W].</summary>
    public Tensor ToRgb(Tensor planes)
    {
        using DisposeScope scope = NewDisposeScope();
        return (Mix(_rows.t(), planes) / 255 + 0.5).MoveToOuterDisposeScope();
    }

    public void Dispose() => _rows.Dispose();

    private static Tensor Mix(Tensor rows, Tensor planes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = planes.flatten(2);                                                                   // [B, 3, HW]
        Tensor mixed = rows.expand(flat.size(0), 3, 3).bmm(flat);                                          // [B, 3, HW]
        return mixed.view(flat.size(0), 3, planes.size(2), planes.size(3)).MoveToOuterDisposeScope();
    }
}
