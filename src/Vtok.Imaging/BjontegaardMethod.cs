namespace Vtok.Imaging;

/// <summary>How a rate-quality curve is drawn through its points.</summary>
public enum BjontegaardMethod
{
    /// <summary>Piecewise cubic that keeps monotony (Fritsch-Carlson, Butland). Needs 2 points.</summary>
    Pchip,

    /// <summary>Piecewise cubic after Akima. Needs 2 points.</summary>
    Akima,

    /// <summary>One cubic over all points, least squares. Needs 4 points; swings where points are a factor 2 apart.</summary>
    Cubic,
}
