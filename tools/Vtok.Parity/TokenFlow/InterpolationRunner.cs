using System.Globalization;
using Vtok.Models.Layers;
using Vtok.Models.TokenFlow;

namespace Vtok.Parity.TokenFlow;

/// <summary>The resizes of maps and position tables.</summary>
internal sealed class InterpolationRunner : ICaseRunner
{
    public string Family => Published.Family;

    public IReadOnlyList<string> Kinds => ["interpolation"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        foreach (string name in golden.OutputNames)
        {
            Tensor input = golden.Input(name);
            int side = int.Parse(name[(name.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture);
            report.Compare(name, name.StartsWith("area_", StringComparison.Ordinal) ? ScalePyramid.Shrink(input, side)
                : name.StartsWith("bicubic_scale_", StringComparison.Ordinal) ? Positions(input, side)
                : ScalePyramid.Resize(input, side));
        }
    }

    // A map [1, C, n, n] as a position table and back.
    private static Tensor Positions(Tensor map, int side)
    {
        Tensor rows = map.flatten(2).transpose(1, 2);                                      // [1, n^2, C]
        Tensor table = PositionTable.Resize(cat([rows.narrow(1, 0, 1), rows], 1), side);
        return table.narrow(1, 1, side * side).transpose(1, 2).reshape(1, map.size(1), side, side);
    }
}
