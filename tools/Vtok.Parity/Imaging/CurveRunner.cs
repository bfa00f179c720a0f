using Vtok.Imaging;

namespace Vtok.Parity.Imaging;

/// <summary>Bjontegaard deltas.</summary>
internal sealed class CurveRunner : ICaseRunner
{
    public string Family => "image-quality";

    public IReadOnlyList<string> Kinds { get; } = ["bd_rate"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        foreach (string output in golden.OutputNames)
        {
            string[] parts = output.Split('.'); // curve, method, measure
            var method = Enum.Parse<BjontegaardMethod>(parts[1], ignoreCase: true);
            (double, double)[] anchor = Curve(golden, parts[0], "anchor"), test = Curve(golden, parts[0], "test");
            BjontegaardDelta? delta = parts[2] == "bd_quality" ? BjontegaardDelta.Quality(anchor, test, method) : BjontegaardDelta.Rate(anchor, test, method);
            report.Compare(output, delta?.Value ?? double.NaN);
        }
    }

    private static (double, double)[] Curve(GoldenCase golden, string curve, string which) =>
        [.. golden.Input($"{curve}.rate_{which}").data<double>().Zip(golden.Input($"{curve}.quality_{which}").data<double>())];
}
