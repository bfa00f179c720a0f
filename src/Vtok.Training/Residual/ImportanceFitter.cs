using Vtok.Models.Residual;

namespace Vtok.Training.Residual;

/// <summary>Regression of a patch's gain on the roots of the energies that its codes put there.</summary>
internal static class ImportanceFitter
{
    private const double WeightScale = 1 << 20; // predictions are only compared, so one common scale is as good as another
    private const double Ridge = 1e-6;          // of the mean square of each feature

    /// <summary>Roots of one source at every patch of the levels' grid, as the order has them: int64 [N, slots] -> float64 [N, patches].</summary>
    public static Tensor Roots(ResidualConfig config, int source, int[] energies, Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        ResidualStage stage = config.AllStages.ElementAt(source);
        int ratio = config.Levels[0].Grid / stage.Grid;
        Tensor stored = tensor(energies, [config.Codes, ratio * ratio]).to(ScalarType.Float64);
        Tensor table = (stored * (1 << (2 * ImportanceOrder.RootBits))).sqrt().floor();
        return table.index_select(0, ids.flatten()).view(-1, stage.Grid, stage.Grid, ratio, ratio)
            .permute(0, 1, 3, 2, 4).reshape(-1, config.Patches).MoveToOuterDisposeScope();
    }

    /// <summary>Integer weights of one level, and the share of the variance of the gains that they explain.</summary>
    /// <param name="roots">For each source [N, patches].</param>
    /// <param name="gains">[N, patches] squared error that the level's token saves.</param>
    public static (long[] Weights, double Explained) Fit(IReadOnlyList<Tensor> roots, Tensor gains)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] r = [.. roots.Select(x => x.flatten())];
        List<Tensor> features = [ones_like(r[0]), .. r];
        for (int i = 0; i < r.Length; i++)
            for (int j = i; j < r.Length; j++)
                features.Add(r[i] * r[j]);
        Tensor x = stack(features, 1);                                                                     // [M, F], as ImportanceOrder.Features
        Tensor scale = x.square().mean([0L]).sqrt();
        Tensor unit = x / scale;
        Tensor y = gains.flatten().to(ScalarType.Float64).unsqueeze(1);
        Tensor moments = unit.t().mm(unit) / x.size(0) + eye(x.size(1), dtype: ScalarType.Float64) * Ridge;
        Tensor solved = linalg.solve(moments, unit.t().mm(y) / x.size(0));                                 // [F, 1]
        double explained = 1 - ((y - unit.mm(solved)).square().mean() / y.var()).item<double>();
        Tensor weights = (solved.squeeze(1) / scale * WeightScale).round().to(ScalarType.Int64);
        return (weights.data<long>().ToArray(), explained);
    }
}
