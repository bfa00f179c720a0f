namespace Vtok.Models.Quantizers;

/// <summary>Kinds of discrete quantizers.</summary>
public enum QuantizerKind
{
    /// <summary>One codebook (<see cref="VectorQuantizer"/>).</summary>
    Vector,

    /// <summary>Several codebooks, each on what the ones before left over, joined to one id (<see cref="JoinedResidualQuantizer"/>).</summary>
    Residual,

    /// <summary>A few levels for each dimension (<see cref="FiniteScalarQuantizer"/>).</summary>
    FiniteScalar,

    /// <summary>The sign of each dimension (LFQ: <see cref="BinaryQuantizer"/>).</summary>
    LookupFree,

    /// <summary>The sign of each dimension on the unit sphere (BSQ: <see cref="BinaryQuantizer"/>).</summary>
    Spherical,
}
