using System.Globalization;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;

namespace Vtok.Parity.FlexTok;

/// <summary>Training times from given draws, and the points between picture and noise.</summary>
internal sealed class TimesRunner : ICaseRunner
{
    private const string Prefix = "sigmas.", ModePrefix = "mode";

    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["noise-module"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        foreach (string name in golden.OutputNames.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            string mode = name[Prefix.Length..];
            Tensor times = FlowTimes.FromDraws(Options(mode), golden.Input("u"), golden.Input("normal"));
            report.Compare(name, times);
            report.Compare("noised." + mode, FlowTimes.Mix(golden.Input("clean"), golden.Input("noise"), times));
        }
    }

    private static FlowTimeOptions Options(string mode) => new()
    {
        LogNormal = mode.StartsWith("ln", StringComparison.Ordinal),
        Stratified = mode == "ln_strat",
        ModeScale = mode.StartsWith(ModePrefix, StringComparison.Ordinal) ? double.Parse(mode[ModePrefix.Length..], CultureInfo.InvariantCulture) : 0,
    };
}
