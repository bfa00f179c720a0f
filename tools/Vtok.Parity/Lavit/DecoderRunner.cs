using Vtok.Models.Lavit;
using Vtok.Models.Weights;

namespace Vtok.Parity.Lavit;

/// <summary>Both decoders, and the tensors that the diffusion models take.</summary>
internal sealed class DecoderRunner : ICaseRunner
{
    public string Family => "lavit";

    public IReadOnlyList<string> Kinds => ["decoder", "unclip-conditioning"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        Dictionary<string, Tensor> outputs = [];
        if (golden.HasInput("quantized"))
            Decode(golden, outputs);
        else
            Stack(DiffusionConditioning.Low(golden.Input("xrec"), golden.Input("uncond_embeddings")), outputs);
        report.Compare(outputs);
    }

    private static void Decode(GoldenCase golden, Dictionary<string, Tensor> outputs)
    {
        LavitDecoderConfig config = LavitDecoderConfig.FromShapes(golden.Weights.Entries, golden.Config.GetProperty("num_heads").GetInt32());
        using LavitDecoder decoder = new(config with { NormEpsilon = golden.Config.GetProperty("norm_eps").GetDouble() });
        WeightLoader.Load(decoder, golden.Weights);
        int[] counts = [.. golden.Input("token_nums").data<long>().ToArray().Select(count => (int)count)];
        Tensor visual = outputs["visual_rec"] = decoder.Features(golden.Input("quantized"), counts);
        Tensor prompt = outputs["xrec"] = outputs["prompt_embeds"] = decoder.Prompt(visual);
        if (!config.IsHigh)
        {
            if (golden.HasInput("uncond_embeddings"))
                Stack(DiffusionConditioning.Low(prompt, golden.Input("uncond_embeddings")), outputs);
            return;
        }
        Tensor pooled = outputs["pooled_prompt_embeds"] = decoder.Pooled(visual);
        (int height, int width) = Size(golden);
        HighConditioning stacked = DiffusionConditioning.High(prompt, pooled, height, width);
        outputs["encoder_hidden_states"] = stacked.HiddenStates;
        outputs["text_embeds"] = stacked.TextEmbeddings;
        outputs["time_ids"] = stacked.TimeIds;
    }

    // The case gives the picture's size, if at all, as height and width of its config.
    private static (int Height, int Width) Size(GoldenCase golden) =>
        golden.Config.TryGetProperty("height", out var height) && golden.Config.TryGetProperty("width", out var width) ? (height.GetInt32(), width.GetInt32()) : (1024, 1024);

    private static void Stack(LowConditioning stacked, Dictionary<string, Tensor> outputs)
    {
        outputs["encoder_hidden_states"] = stacked.HiddenStates;
        outputs["encoder_attention_mask"] = stacked.Mask;
    }
}
