using System.Globalization;
using Vtok.Models.FlexTok;

namespace Vtok.Parity.FlexTok;

/// <summary>Tables of sines and cosines, positions added to tokens, waves of times.</summary>
internal sealed class PositionRunner : ICaseRunner
{
    private const string TablePrefix = "sincos.", WavePrefix = "time_freq.";

    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["posemb"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        foreach (string name in golden.OutputNames)
        {
            if (name.StartsWith(TablePrefix, StringComparison.Ordinal))
            {
                int[] sizes = [.. name[TablePrefix.Length..].Split('x').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
                report.Compare(name, PatchPositions.Table(sizes[0], sizes[1], sizes[2]));
            }
            else if (name.StartsWith(WavePrefix, StringComparison.Ordinal))
            {
                double maxTime = double.Parse(name[WavePrefix.Length..], CultureInfo.InvariantCulture);
                report.Compare(name, TimeEmbedding.Waves(golden.Input("t"), (int)golden.Expected(name).size(1), maxTime));
            }
        }
        if (golden.HasInput("x"))
            Crop(golden.Input("x"), report);
        if (golden.HasInput("y"))
            Learned(golden, report);
    }

    // The top left part of a square table is the same for every size.
    private static void Crop(Tensor x, CaseReport report)
    {
        (long rows, long columns, long width) = (x.size(1), x.size(2), x.size(3));
        int side = (int)Math.Max(rows, columns);
        report.Compare("added_crop", new PatchPositions([side, side], (int)width, new()).Add(x.flatten(1, 2), rows, columns).view(x.shape));
    }

    private static void Learned(GoldenCase golden, CaseReport report)
    {
        Tensor table = golden.Input("learn1d.posembs");
        var positions = new RegisterPositions((int)table.size(3), (int)table.size(2));
        positions.parameters().Single().copy_(table);
        report.Compare("added_learn1d", positions.call(golden.Input("y")));
    }
}
