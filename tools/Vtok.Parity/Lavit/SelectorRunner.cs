using System.Text.Json;
using Vtok.Models.Lavit;
using Vtok.Models.Weights;

namespace Vtok.Parity.Lavit;

/// <summary>The selector: log probabilities, and choices with noise and without.</summary>
internal sealed class SelectorRunner : ICaseRunner
{
    public string Family => "lavit";

    public IReadOnlyList<string> Kinds => ["selector"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using TokenSelector selector = new(golden.Config.GetProperty("embed_dim").GetInt32());
        using PrefixedWeights weights = new(golden.Weights, "token_predictor.");
        WeightLoader.Load(selector, weights);
        Tensor features = golden.Input("features"), noise = golden.Input("gumbel");
        double temperature = golden.Config.TryGetProperty("tau", out JsonElement tau) ? tau.GetDouble() : 1;
        Tensor log = selector.call(features), keep = KeepDecision.Keep(log, noise);
        report.Compare("log_probs", log);
        report.Compare("log_probs_masked", selector.LogProbabilities(features, golden.Input("mask")));
        report.Compare("keep", keep.to(ScalarType.Int64));
        report.Compare("keep_argmax", KeepDecision.Keep(log, null).to(ScalarType.Int64));
        report.Compare("keep_soft", KeepDecision.Soft(log, noise, temperature));
        report.Compare("counts", keep.sum(1));
    }
}
