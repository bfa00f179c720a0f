using Vtok.Models.OneDPiece;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.OneDPiece;

/// <summary>Models after their first training stage, decoding through the frozen proxy tokenizer.</summary>
internal sealed class StageOneRunner(string family) : ICaseRunner
{
    public string Family => family;

    public IReadOnlyList<string> Kinds => ["tokenizer-stage1"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using OneDPieceNetwork network = Published.Network(golden);
        using ProxyTokenizer proxy = Published.TeacherOf(golden, network);
        Tensor pixels = golden.Input("pixels");
        QuantizerOutput quantized = network.Quantize(network.Encode(pixels));
        Tensor target = proxy.Encode(pixels); // [B, hw]
        Dictionary<string, Tensor> outputs = new()
        {
            ["z_quantized"] = quantized.Quantized,
            ["min_encoding_indices"] = quantized.Ids.unsqueeze(1),
            ["proxy_codes_target"] = target,
        };
        TokenizerRunner.Note(quantized, "", outputs);
        foreach (int length in TokenizerRunner.Lengths(golden, "lengths"))
        {
            Tensor logits = network.Decode(quantized.Quantized, length); // [B, K, h, w]
            Tensor predicted = logits.argmax(1);                         // [B, h, w]
            outputs[$"proxy_logits_len{length}"] = logits;
            outputs[$"proxy_codes_predicted_len{length}"] = predicted;
            outputs[$"reconstruction_len{length}"] = proxy.Decode(predicted);
            outputs[$"cross_entropy_len{length}"] = nn.functional.cross_entropy(logits.flatten(2), target);
        }
        report.Compare(outputs);
    }
}
