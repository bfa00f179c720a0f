namespace Vtok.Models.Residual;

/// <summary>Codes in the coordinates of an orthonormal basis: a vector is code * basis^T.</summary>
/// <remarks>Searching in those coordinates finds the nearest vector, since what lies outside the basis costs every code the same.</remarks>
internal sealed class Codebook : IDisposable
{
    private const int TileRows = 1024; // distances of a tile stay within the cache

    private readonly Tensor _squares; // [K] squared length of every code

    /// <summary>Takes the two tensors over.</summary>
    /// <param name="basis">[values, C] orthonormal columns.</param>
    /// <param name="codes">[K, C] float32.</param>
    public Codebook(Tensor basis, Tensor codes)
    {
        using DisposeScope scope = NewDisposeScope();
        Basis = basis.DetachFromDisposeScope();
        Codes = codes.DetachFromDisposeScope();
        _squares = codes.square().sum(1).DetachFromDisposeScope();
    }

    /// <summary>[values, C] orthonormal columns.</summary>
    public Tensor Basis { get; }

    /// <summary>[K, C].</summary>
    public Tensor Codes { get; }

    /// <summary>Nearest codes: [M, values] -> int64 [M]; the lowest of equal ones.</summary>
    public Tensor Nearest(Tensor vectors)
    {
        using DisposeScope scope = NewDisposeScope();
        return NearestTo(vectors.mm(Basis)).MoveToOuterDisposeScope();
    }

    /// <summary>Nearest codes of vectors already in the basis: [M, C] -> int64 [M].</summary>
    public Tensor NearestTo(Tensor coordinates)
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor codesT = Codes.t();
        List<Tensor> found = [];
        for (long row = 0; row < coordinates.size(0); row += TileRows)
        {
            using DisposeScope tile = NewDisposeScope();
            Tensor rows = coordinates.narrow(0, row, Math.Min(TileRows, coordinates.size(0) - row));
            found.Add(addmm(_squares, rows, codesT, 1, -2).argmin(1).MoveToOuterDisposeScope()); // |e|^2 - 2 x e
        }
        return cat(found).MoveToOuterDisposeScope();
    }

    /// <summary>Vectors of codes: int64 [...] -> [count, values]; rows where <paramref name="known"/> [...] is 0 are zero.</summary>
    public Tensor Vectors(Tensor ids, Tensor? known = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor codes = Codes.index_select(0, ids.flatten());                                              // [M, C]
        if (known is not null)
            codes = codes * known.reshape(-1, 1);
        return codes.mm(Basis.t()).MoveToOuterDisposeScope();                                             // [M, values]
    }

    public void Dispose()
    {
        Basis.Dispose();
        Codes.Dispose();
        _squares.Dispose();
    }
}
