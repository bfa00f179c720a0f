using Vtok.Models.TokenFlow;

namespace Vtok.Parity.TokenFlow;

/// <summary>Tokenizers of the published sizes, filled by the formula.</summary>
internal sealed class FullTokenizerRunner : ICaseRunner
{
    private const double DifferingShare = 0.01; // allowed by the cases: gaps between best and second distance reach down to 1e-5

    public string Family => Published.Family;

    public IReadOnlyList<string> Kinds => ["tokenizer-full"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using TokenFlowNetwork network = new(TokenFlowConfig.Read(Published.Config(golden.Config)));
        FormulaValues.Fill(network);
        network.eval();
        long[] shape = [.. golden.Config.GetProperty("input_shape").EnumerateArray().Select(size => size.GetInt64())];
        Tensor x = FormulaValues.Input(golden.Config.GetProperty("input_key").GetString()!, shape);
        Tensor expected = golden.Expected("indices"), ids = network.Ids(network.Features(x).Joint());
        Tensor same = ids.eq(expected);
        long differing = same.logical_not().sum().item<long>();
        if (differing > expected.numel() * DifferingShare)
            report.Fail($"indices: {differing} of {expected.numel()} differ, allowed {DifferingShare:P0}");
        report.Compare("indices", ids, where: same);

        Tensor map = network.Map(expected), image = network.DecodePixels(map), semantic = network.DecodeSemantics(map);
        report.Compare("image_sub", image[.., .., TensorIndex.Slice(0, null, 8), TensorIndex.Slice(0, null, 8)]);
        report.Compare("semantic_sub", semantic[.., TensorIndex.Slice(0, null, 7), TensorIndex.Slice(0, null, 16)]);
        report.Compare("image_mean_std", stack([image.mean([0, 2, 3]), image.std([0, 2, 3])]));
    }
}
