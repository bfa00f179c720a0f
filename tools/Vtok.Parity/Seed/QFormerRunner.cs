using System.Globalization;
using System.Text.Json;
using Vtok.Models.Seed;
using Vtok.Models.Weights;

namespace Vtok.Parity.Seed;

/// <summary>The Q-Former alone: 32 causal queries, other numbers of queries, and text.</summary>
internal sealed class QFormerRunner : ICaseRunner
{
    private const string QueryTokens = "query_tokens", Prefix = "Qformer.", WordEmbeddings = "Qformer.bert.embeddings.word_embeddings.weight";

    public string Family => "seed";

    public IReadOnlyList<string> Kinds => ["causal-qformer", "qformer-text"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        bool text = golden.Weights.Entries.ContainsKey(WordEmbeddings);
        QFormerConfig config = QFormerConfig.Read(ModelConfig.FromJson(golden.Config), encoderWidth: 1408);
        using QFormer network = new(config with { VocabularySize = text ? golden.Config.GetProperty("vocab_size").GetInt32() : null });
        WeightLoader.Load(network, new PrefixedWeights(golden.Weights, Prefix));
        network.eval();
        if (golden.Kind == "qformer-text")
            report.Compare("last_hidden_state", network.ReadText(golden.Input("input_ids"), golden.Input("attention_mask")));
        else
            RunQueries(golden, report, network);
    }

    private static void RunQueries(GoldenCase golden, CaseReport report, QFormer network)
    {
        Tensor states = golden.Input("encoder_hidden_states");
        Tensor? mask = golden.HasInput("encoder_attention_mask") ? golden.Input("encoder_attention_mask") : null;
        List<Tensor> layers = [];
        Tensor last = network.Read(Expanded(golden.Weights[QueryTokens], states), states, mask, layers);
        report.Compare("last_hidden_state", last);
        for (int i = 0; i < layers.Count; i++)
            if ($"hidden{i.ToString(CultureInfo.InvariantCulture)}" is var name && golden.HasExpected(name))
                report.Compare(name, layers[i]);
        if (!golden.HasInput("query_tokens_perturbed"))
            return;
        Tensor moved = network.Read(Expanded(golden.Input("query_tokens_perturbed"), states), states, mask);
        report.Compare("last_hidden_state_perturbed", moved);
        int from = golden.Config.TryGetProperty("perturb_from", out JsonElement first) && first.ValueKind == JsonValueKind.Number ? first.GetInt32() : 0;
        if (last.size(1) == QFormer.CausalQueries && !last.narrow(1, 0, from).Equals(moved.narrow(1, 0, from)))
            report.Fail($"queries from {from} on changed earlier states");
    }

    private static Tensor Expanded(Tensor queries, Tensor states) => queries.expand(states.size(0), -1, -1);
}
