using Vtok.Torch;

namespace Vtok.Models.Quantizers;

/// <summary>Nearest code by Euclidean distance, in tiles and with an answer that does not depend on them.</summary>
/// <remarks>
/// A fast pass scores a tile of rows with one matrix product in float32 and keeps every code that rounding could have
/// put in the wrong place. Rows with more than one such code are decided by distances summed in float64 in the order of
/// the dimensions, lowest id first. So the id is a function of the row and the codebook alone: tile size, batch size,
/// thread count and device change only the speed.
/// </remarks>
public static class NearestCode
{
    // Scores held at once: 4 MB stay in a processor's cache; a GPU wants few, large tiles (256 MB), since each ends in a synchronisation.
    private const int ProcessorTile = 1 << 20;
    private const int AcceleratorTile = 1 << 26;

    // Candidate values (pairs x dimensions) compared exactly at once; only degenerate codebooks come near it.
    private const long CandidateValues = 1 << 22;

    private const double Float32Rounding = 1.0 / (1 << 24);
    private const double TensorFloat32Rounding = 1.0 / (1 << 11);

    /// <summary>Ids of the nearest codes: [R, D] and [K, D] to int64 [R]; the lowest id among equals. No gradient.</summary>
    /// <param name="rows">[R, D], any floating type; compared in float32.</param>
    /// <param name="codebook">[K, D] on the same device.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="InvalidOperationException">A row or a code is not finite.</exception>
    public static Tensor Find(Tensor rows, Tensor codebook) =>
        Find(rows, codebook, rows.device_type == DeviceType.CPU ? ProcessorTile : AcceleratorTile);

    internal static Tensor Find(Tensor rows, Tensor codebook, int tile)
    {
        if (rows.ndim != 2 || codebook.ndim != 2 || rows.size(1) != codebook.size(1) || codebook.size(0) == 0)
            throw new ArgumentException($"rows [{string.Join(", ", rows.shape)}] and codebook [{string.Join(", ", codebook.shape)}] must be [R, D] and [K, D]");
        using IDisposable quiet = no_grad();
        using IDisposable? exact = Autocast.Suspend(rows.device_type);
        using DisposeScope scope = NewDisposeScope();
        Search search = new(codebook.to(ScalarType.Float32).contiguous());
        Tensor points = rows.to(ScalarType.Float32).contiguous(); // [R, D]
        QuantizerInput.RequireFinite(search.Finite && isfinite(points).all().item<bool>());
        long count = points.size(0), step = Math.Max(1, tile / codebook.size(0));
        List<Tensor> ids = [];
        for (long start = 0; start < count; start += step)
            ids.Add(search.Ids(points.narrow(0, start, Math.Min(step, count - start))));
        Tensor found = ids.Count > 0 ? cat(ids) : zeros(0, ScalarType.Int64, rows.device); // [R]
        return found.MoveToOuterDisposeScope();
    }

    private sealed class Search
    {
        private readonly Tensor _codes;        // [K, D]
        private readonly Tensor _transposed;   // [D, K]
        private readonly Tensor _squares;      // [K]
        private readonly double _longest;
        private readonly double _rounding;

        public Search(Tensor codes)
        {
            _codes = codes;
            _transposed = codes.t();
            _squares = codes.to(ScalarType.Float64).square().sum(1).to(ScalarType.Float32);
            _longest = Math.Sqrt(_squares.max().item<float>());
            _rounding = TensorFloat32.RoundsProducts(codes.device_type) ? TensorFloat32Rounding : Float32Rounding;
        }

        public bool Finite => double.IsFinite(_longest);

        public Tensor Ids(Tensor rows)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor pairs = Candidates(rows); // [P, 2], by row, then by code
            long count = rows.size(0);
            if (pairs.size(0) == count)
                return pairs.select(1, 1).contiguous().MoveToOuterDisposeScope();
            if (pairs.size(0) * rows.size(1) > CandidateValues && count > 1)
            {
                pairs.Dispose();
                Tensor first = Ids(rows.narrow(0, 0, count / 2)), second = Ids(rows.narrow(0, count / 2, count - count / 2));
                return cat([first, second]).MoveToOuterDisposeScope();
            }
            return Decide(rows, pairs).MoveToOuterDisposeScope();
        }

        // All (row, code) whose score lies within the rounding error of the row's best.
        private Tensor Candidates(Tensor rows)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor scores = addmm(_squares, rows, _transposed, 1, -2); // [r, K]: |e|^2 - 2 f.e, the distance less |f|^2
            Tensor lengths = rows.square().sum(1, keepdim: true).sqrt(); // [r, 1]
            double terms = 2 * rows.size(1) + 16; // twice the bound of a dot product, with room for the outer operations
            Tensor margin = (lengths * (2 * _longest) + _longest * _longest) * (terms * _rounding);
            return scores.le(scores.amin([1], keepdim: true) + margin).nonzero().MoveToOuterDisposeScope();
        }

        private Tensor Decide(Tensor rows, Tensor pairs)
        {
            Tensor row = pairs.select(1, 0).contiguous(), code = pairs.select(1, 1).contiguous(); // [P]
            Tensor difference = rows.index_select(0, row).to(ScalarType.Float64) - _codes.index_select(0, code); // [P, D]
            Tensor squares = difference.square().t().contiguous(); // [D, P]
            Tensor distance = squares[0].clone(); // [P]
            for (long d = 1; d < squares.size(0); d++)
                distance.add_(squares[d]); // one rounding a term, in the order of the dimensions
            // Stable twice: by row, within it by distance, within that by code.
            Tensor nearestFirst = distance.sort(dim: 0, stable: true).Indices;
            (Tensor sortedRows, Tensor order) = row.index_select(0, nearestFirst).sort(dim: 0, stable: true);
            Tensor firsts = searchsorted(sortedRows, arange(rows.size(0), device: rows.device)); // [r]
            return code.index_select(0, nearestFirst.index_select(0, order.index_select(0, firsts)));
        }
    }
}
