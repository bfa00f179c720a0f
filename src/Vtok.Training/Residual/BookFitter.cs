using Vtok.Models.Residual;

namespace Vtok.Training.Residual;

/// <summary>A book by principal components without mean and k-means in their coordinates. Code 0 stays the zero vector.</summary>
internal static class BookFitter
{
    /// <summary>Orthonormal columns of the largest second moments, in descending order: [M, values] -> [values, components].</summary>
    public static Tensor Basis(Tensor vectors, int components)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor moments = vectors.t().mm(vectors).to(ScalarType.Float64);
        Tensor ascending = linalg.eigh(moments).Item2;
        return ascending.flip(1).narrow(1, 0, components).to(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Fits codes to vectors. The codes are rounded to float16, as they will be stored.</summary>
    /// <param name="vectors">[M, values], M at least the number of codes.</param>
    /// <param name="basis">[values, C]; taken over.</param>
    /// <param name="codes">Number of codes.</param>
    /// <param name="rounds">Lloyd rounds.</param>
    /// <param name="random">Draws the first codes and those that replace empty ones.</param>
    public static Codebook Fit(Tensor vectors, Tensor basis, int codes, int rounds, Generator random)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor points = vectors.mm(basis);                                                                 // [M, C]
        Tensor start = randperm(points.size(0), generator: random)[..codes];
        Tensor centres = points.index_select(0, start);
        centres[0] = 0f;
        for (int round = 0; round < rounds; round++)
        {
            using DisposeScope step = NewDisposeScope();
            using Codebook current = new(basis.clone(), centres.clone());
            Tensor nearest = current.NearestTo(points);
            Tensor counts = nearest.bincount(null, codes);
            Tensor sums = zeros_like(centres).index_add_(0, nearest, points, 1);
            Tensor means = sums / counts.clamp_min(1).unsqueeze(1);
            centres = Restart(means, counts, random);
            centres[0] = 0f;
            centres.MoveToOuterDisposeScope();
        }
        return new Codebook(basis, centres.to(ScalarType.Float16).to(ScalarType.Float32));
    }

    /// <summary>Empty codes are put beside the most populous ones.</summary>
    private static Tensor Restart(Tensor means, Tensor counts, Generator random)
    {
        Tensor empty = counts.eq(0).nonzero().squeeze(1);
        if (empty.size(0) == 0)
            return means;
        Tensor populous = counts.topk((int)empty.size(0)).indexes;
        Tensor parents = means.index_select(0, populous);
        Tensor noise = randn(parents.shape, generator: random) * means.std(0).unsqueeze(0) * 0.01;
        return means.index_copy(0, empty, parents + noise);
    }
}
