using System.Globalization;
using Vtok.Models.FlexTok;

namespace Vtok.Parity.FlexTok;

/// <summary>Nested dropout: how many tokens stay for given draws, and what becomes of the others.</summary>
internal sealed class DropoutRunner : ICaseRunner
{
    private const string KeepPrefix = "keep_k.";

    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["nested-dropout"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        foreach (string name in golden.OutputNames.Where(name => name.StartsWith(KeepPrefix, StringComparison.Ordinal)))
        {
            string[] parts = name.Split('.');
            int tokens = int.Parse(parts[2], CultureInfo.InvariantCulture);
            (NestedDropoutMode mode, int first) = parts[1] switch
            {
                "uniform" => (NestedDropoutMode.Uniform, 1),
                "pow2" => (NestedDropoutMode.PowersOfTwo, 0),
                _ => (NestedDropoutMode.UniformPowersOfTwo, 1),
            };
            long[] draws = golden.Input($"draws.{parts[1]}.{parts[2]}").data<long>().ToArray();
            report.Compare(name, [.. draws.Select(draw => (double)NestedDropout.KeepCount(mode, tokens, (int)draw - first))]);
        }
        long[] keep = golden.Input("eval_keep_k").data<long>().ToArray();
        for (int i = 0; i < keep.Length; i++)
            report.Compare($"x.{i}", NestedDropout.Apply(golden.Input($"x.{i}"), golden.Input("mask_token"), (int)keep[i]));
    }
}
