using System.Globalization;
using Vtok.Imaging;
using Vtok.Models.Evaluation;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.OneDPiece;

/// <summary>The evaluators' formulas over given features, logits and ids.</summary>
internal sealed class MetricsRunner(string family) : ICaseRunner
{
    public string Family => family;

    public IReadOnlyList<string> Kinds => ["metrics"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        CodebookUsage usage = new(golden.Config.GetProperty("num_codebook_entries").GetInt32());
        List<Tensor> logits = [], real = [], fake = [];
        for (int batch = 0; golden.HasInput($"codebook_indices_{batch}"); batch++)
        {
            string suffix = "_" + batch.ToString(CultureInfo.InvariantCulture);
            usage.Add(golden.Input("codebook_indices" + suffix).flatten(1));
            logits.Add(golden.Input("logits_fake" + suffix));
            real.Add(golden.Input("features_real" + suffix));
            fake.Add(golden.Input("features_fake" + suffix));
            foreach (string picture in new[] { "fake", "real" })
                if (golden.HasExpected($"uint8_{picture}{suffix}"))
                    report.Compare($"uint8_{picture}{suffix}", (golden.Input($"images_{picture}{suffix}") * 255).to(ScalarType.Byte));
        }
        Dictionary<string, Func<double[]>> outputs = new()
        {
            ["InceptionScore"] = () => [InceptionScore.Of(cat(logits))],
            ["rFID"] = () => [FrechetDistance.Compute(Features(real), Features(fake))],
            ["CodebookUsage"] = () => [usage.Share],
            ["CodebookEntropy"] = () => [usage.Entropy],
            ["CodebookMinFreq"] = () => [usage.LeastFrequency],
            ["CodebookMaxFreq"] = () => [usage.MostFrequency],
            ["CodebookEntropyPerPosition"] = () => Padded(usage.EntropyByPosition(), golden.Expected("CodebookEntropyPerPosition").numel()),
        };
        foreach ((string name, Func<double[]> compute) in outputs)
            if (golden.HasExpected(name))
                report.Compare(name, compute());
    }

    private static FeatureSet Features(List<Tensor> batches) => new(cat(batches).data<float>().ToArray(), (int)batches[0].size(1));

    // The published table has a row for every position that a model could have.
    private static double[] Padded(IReadOnlyList<double> values, long rows) =>
        [.. values.Concat(Enumerable.Repeat(double.NaN, (int)Math.Max(0, rows - values.Count)))];
}
