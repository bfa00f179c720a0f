using System.Globalization;
using System.Text.RegularExpressions;
using Vtok.Models.OneDPiece;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.OneDPiece;

/// <summary>Whole tokenizers of every form that decodes to pixels, with what happens inside.</summary>
internal sealed partial class TokenizerRunner(string family) : ICaseRunner
{
    private static readonly Dictionary<string, string> TracedModules = new()
    {
        ["encoder.patch_embed"] = "enc_patch_embed",
        ["encoder.ln_pre"] = "enc_ln_pre",
        ["encoder.transformer.*"] = "enc_block*",
        ["encoder.ln_post"] = "enc_ln_post",
        ["decoder.decoder_embed"] = "dec_embed",
        ["decoder.ln_pre"] = "dec_ln_pre",
        ["decoder.transformer.*"] = "dec_block*",
        ["decoder.ln_post"] = "dec_ln_post",
        ["decoder.ffn"] = "dec_ffn",
    };

    public string Family => family;

    public IReadOnlyList<string> Kinds => ["tokenizer", "tokenizer-onestage", "tokenizer-continuous", "tokenizer-text-aware"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        using OneDPieceNetwork network = Published.Network(golden);
        Dictionary<string, Tensor> outputs = [];
        _ = new Trace(network, TracedModules, outputs);
        Tensor pixels = golden.Input("pixels");
        Tensor? text = golden.HasInput("text_guidance") ? golden.Input("text_guidance") : null;

        Tensor z = outputs["z"] = network.Encode(pixels);
        outputs["z_no_width_reduction"] = network.EncodeWide(pixels);
        if (network.Config.Continuous)
            Continuous(golden, network, z, text, outputs);
        else
            Discrete(golden, network, z, text, outputs);
        outputs["uint8_demo"] = (outputs["reconstruction"].clamp(0, 1) * 255).to(ScalarType.Byte).permute(0, 2, 3, 1);

        report.Compare(outputs);
    }

    private static void Continuous(GoldenCase golden, OneDPieceNetwork network, Tensor z, Tensor? text, Dictionary<string, Tensor> outputs)
    {
        DiagonalGaussian gaussian = network.Distribution(z);
        Tensor divergence = gaussian.Divergence();
        outputs["mean"] = outputs["mode"] = gaussian.Mean;
        outputs["logvar"] = gaussian.LogVariance;
        outputs["std"] = gaussian.StandardDeviation;
        outputs["kl"] = divergence;
        outputs["kl_loss"] = divergence.sum() / z.size(0);
        outputs["z_sample"] = gaussian.Sample(golden.Input("noise"));
        outputs["reconstruction"] = network.Decode(outputs["z_sample"], text: text);
        outputs["reconstruction_from_mode"] = network.Decode(gaussian.Mean, text: text);
    }

    private static void Discrete(GoldenCase golden, OneDPieceNetwork network, Tensor z, Tensor? text, Dictionary<string, Tensor> outputs)
    {
        QuantizerOutput quantized = network.Quantize(z);
        Note(quantized, "", outputs);
        Note(network.Quantizer!.Quantize(z.squeeze(2).transpose(1, 2)), "raw_", outputs);
        Tensor ids = network.Ids(z);
        outputs["z_quantized"] = quantized.Quantized;
        outputs["min_encoding_indices"] = quantized.Ids.unsqueeze(1);
        outputs["reconstruction"] = network.Decode(quantized.Quantized, text: text);
        outputs["reconstruction_from_tokens"] = network.Decode(network.Lookup(ids.unsqueeze(1)), text: text);
        if (network.Config.Form == OneDPieceForm.TwoStage)
        {
            outputs["proxy_logits"] = outputs["proxy_logits_full"] = network.ProxyLogits(quantized.Quantized, text: text);
            outputs["pixel_states"] = network.PixelStates(outputs["proxy_logits"]);
        }
        foreach (int length in Lengths(golden, "lengths"))
        {
            if (network.Config.Legacy)
                outputs[$"proxy_logits_len{length}"] = network.ProxyLogits(quantized.Quantized, length, text);
            outputs[$"reconstruction_len{length}"] = network.Decode(quantized.Quantized, length, text);
            outputs[$"from_tokens_len{length}"] = network.Decode(network.Lookup(ids.narrow(1, 0, length)), text: text);
        }
        Training(golden, network, quantized.Quantized, text, outputs);
    }

    // In training the draw cuts first, then the length that was asked for.
    private static void Training(GoldenCase golden, OneDPieceNetwork network, Tensor quantized, Tensor? text, Dictionary<string, Tensor> outputs)
    {
        network.train();
        foreach (int end in Lengths(golden, "training_end_indices"))
        {
            outputs[$"train_forward_end{end}"] = network.Decode(quantized, end, text);
            foreach (string name in golden.OutputNames)
                if (CutDecode().Match(name) is { Success: true } match && match.Groups[2].Value == end.ToString(CultureInfo.InvariantCulture))
                    outputs[name] = network.Decode(quantized.narrow(3, 0, end), int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), text);
        }
        network.eval();
    }

    internal static void Note(QuantizerOutput output, string prefix, Dictionary<string, Tensor> outputs)
    {
        outputs[prefix + "quantizer_loss"] = output.TotalLoss();
        foreach ((string name, Tensor loss) in output.Losses)
            outputs[prefix + name] = loss;
    }

    internal static int[] Lengths(GoldenCase golden, string input) =>
        golden.HasInput(input) ? [.. golden.Input(input).data<long>().ToArray().Select(value => (int)value)] : [];

    [GeneratedRegex(@"^train_decode_length(\d+)_end(\d+)$")]
    private static partial Regex CutDecode();
}
