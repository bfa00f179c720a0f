using System.Globalization;
using Vtok.Models.TokenFlow;
using Vtok.Models.Weights;

namespace Vtok.Parity.TokenFlow;

/// <summary>Semantic encoders alone.</summary>
internal sealed class EncoderRunner : ICaseRunner
{
    public string Family => Published.Family;

    public IReadOnlyList<string> Kinds => ["encoder"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        string kind = golden.Config.GetProperty("encoder").GetString()!;
        Dictionary<string, Tensor> outputs = kind switch
        {
            "clip" => Clip(golden),
            "siglip" => SigLip(golden),
            "vitamin" => ViTamin(golden),
            _ => throw new InvalidOperationException($"encoder \"{kind}\" is not known"),
        };
        report.Compare(outputs);
    }

    private static T Sizes<T>(GoldenCase golden, TokenFlowTeacher teacher) where T : VisionConfig =>
        (T)TokenFlowSettings.ReadVision(ModelConfig.FromJson(golden.Config), teacher);

    private static Dictionary<string, Tensor> Clip(GoldenCase golden)
    {
        ClipVisionConfig sizes = Sizes<ClipVisionConfig>(golden, TokenFlowTeacher.Clip);
        using ClipVisionEncoder encoder = new(sizes, teacher: golden.Weights.Entries.ContainsKey("proj"));
        using PixelScaling scaling = new(TokenFlowTeacher.Clip);
        WeightLoader.Load(encoder, golden.Weights);
        Dictionary<string, Tensor> outputs = [];
        for (int i = 0; golden.HasInput($"x{i}"); i++)
        {
            string index = i.ToString(CultureInfo.InvariantCulture);
            Tensor x = golden.Input("x" + index), normalized = scaling.call(x);
            outputs["patch_tokens" + index] = encoder.call(x);
            outputs["normalized" + index] = normalized;
            outputs["teacher_target" + index] = encoder.TeacherFeatures(normalized);
            outputs["pooled" + index] = encoder.Pooled(normalized);
            outputs["positions" + index] = encoder.Positions((int)(x.size(2) / sizes.PatchSize));
        }
        return outputs;
    }

    private static Dictionary<string, Tensor> SigLip(GoldenCase golden)
    {
        using SigLipVisionEncoder encoder = new(Sizes<SigLipVisionConfig>(golden, TokenFlowTeacher.SigLip));
        using PixelScaling scaling = new(TokenFlowTeacher.SigLip);
        WeightLoader.Load(encoder, golden.Weights);
        Tensor normalized = scaling.call(golden.Input("x")), last = encoder.Model.call(normalized);
        return new()
        {
            ["normalized"] = normalized,
            ["penultimate"] = encoder.call(normalized),
            ["embeddings"] = encoder.Model.Hidden(normalized, 0),
            ["last_layer"] = encoder.Model.Hidden(normalized, encoder.Model.Layers),
            ["last_hidden_state"] = last,
            ["pooler_output"] = encoder.Model.Pool(last),
        };
    }

    private static Dictionary<string, Tensor> ViTamin(GoldenCase golden)
    {
        using ViTaminEncoder encoder = new(Sizes<ViTaminConfig>(golden, TokenFlowTeacher.ViTamin));
        using PixelScaling scaling = new(TokenFlowTeacher.ViTamin);
        WeightLoader.Load(encoder, golden.Weights);
        Tensor normalized = scaling.call(golden.Input("x"));
        return new() { ["normalized"] = normalized, ["patch_tokens"] = encoder.call(normalized) };
    }
}
