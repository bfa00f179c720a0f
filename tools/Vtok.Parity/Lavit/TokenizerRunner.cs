using Vtok.Models.Lavit;
using Vtok.Models.Weights;

namespace Vtok.Parity.Lavit;

/// <summary>The whole encoder's side: normalised pictures to ids of any number, and to continuous features.</summary>
internal sealed class TokenizerRunner : ICaseRunner
{
    public string Family => "lavit";

    public IReadOnlyList<string> Kinds => ["tokenizer"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using LavitNetwork network = new(PublishedConfig.Read(ModelConfig.FromJson(golden.Config), golden.Weights.Entries));
        WeightLoader.Load(network, golden.Weights);
        network.eval();
        Tensor features = network.Features(golden.Input("image")), log = network.Selector.call(features);
        Tensor keep = KeepDecision.Keep(log, golden.Input("gumbel")), merged = network.Merger.call(features, keep.to(features.dtype));
        Tensor rows = LavitNetwork.Kept(merged, keep), narrow = network.Narrow(rows), ids = network.Quantizer.Encode(narrow), counts = keep.sum(1);
        Dictionary<string, Tensor> outputs = new()
        {
            ["vit_features"] = features,
            ["log_probs"] = log,
            ["keep"] = keep.to(ScalarType.Int64),
            ["merged"] = merged,
            ["to_quantizer"] = narrow,
            ["quantized"] = network.Quantizer.Decode(ids),
            ["token_nums"] = counts,
            ["ids"] = ids,
            ["ids_llm"] = Language(network, ids, counts, marked: false),
            ["ids_llm_special"] = Language(network, ids, counts, marked: true),
        };
        if (network.Config.LanguageWidth is not null)
            outputs["continuous_features"] = network.LanguageFeatures(rows);
        report.Compare(outputs);
    }

    private static Tensor Language(LavitNetwork network, Tensor ids, Tensor counts, bool marked)
    {
        int[] all = [.. ids.data<long>().ToArray().Select(id => (int)id)];
        var written = new List<long>();
        int next = 0;
        foreach (long count in counts.data<long>().ToArray())
        {
            written.AddRange(network.Config.LanguageIds.ToLanguage(all.AsSpan(next, (int)count), marked).Select(id => (long)id));
            next += (int)count;
        }
        return tensor(written.ToArray());
    }
}
