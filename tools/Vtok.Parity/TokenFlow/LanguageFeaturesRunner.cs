using Vtok.Models.TokenFlow;
using Vtok.Models.Weights;

namespace Vtok.Parity.TokenFlow;

/// <summary>What understanding models read.</summary>
internal sealed class LanguageFeaturesRunner : ICaseRunner
{
    public string Family => Published.Family;

    public IReadOnlyList<string> Kinds => ["features-for-llm"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        TokenFlowNetwork network = Published.Network(golden);
        TokenFlowFamily family = new();
        using TokenFlowTokenizer tokenizer = new(network, family.Describe(Published.Config(golden.Config), new string('0', 64)), CPU);
        using LanguageProjector projector = new(network.Quantizer.CodeDimension, golden.Config.GetProperty("llm_hidden").GetInt32());
        WeightLoader.Load(projector, golden.Weights, ignore: _ => true);
        Tensor ids = tokenizer.Encode((golden.Input("x") + 1) / 2), features = tokenizer.JointFeatures(ids);
        report.Compare("indices", ids);
        report.Compare("features", features);
        report.Compare("projected", projector.call(features));
    }
}
