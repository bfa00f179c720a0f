using Vtok.Imaging;
using Vtok.Imaging.Quality;

namespace Vtok.Parity.Imaging;

/// <summary>Inputs of cases as pictures.</summary>
internal static class GoldenPictures
{
    /// <summary>A byte input [H, W, 3].</summary>
    public static RgbImage Picture(this GoldenCase golden, string name)
    {
        Tensor stored = golden.Input(name);
        return new RgbImage((int)stored.size(1), (int)stored.size(0), stored.bytes.ToArray());
    }

    /// <summary>A byte input [H, W].</summary>
    public static Plane Plane(this GoldenCase golden, string name)
    {
        Tensor stored = golden.Input(name);
        return Vtok.Imaging.Quality.Plane.Bytes((int)stored.size(1), (int)stored.size(0), stored.bytes);
    }
}
