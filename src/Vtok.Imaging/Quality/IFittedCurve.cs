namespace Vtok.Imaging.Quality;

/// <summary>A curve through measured points.</summary>
internal interface IFittedCurve
{
    /// <summary>Least abscissa of the points.</summary>
    double From { get; }

    /// <summary>Largest abscissa of the points.</summary>
    double To { get; }

    /// <summary>Integral over [from, to], which lies inside the curve.</summary>
    double Integral(double from, double to);
}
