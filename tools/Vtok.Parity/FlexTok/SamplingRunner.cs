using System.Text.Json;
using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;
using Vtok.Models.Quantizers;

namespace Vtok.Parity.FlexTok;

/// <summary>Whole sampling runs with every step's input and velocities.</summary>
internal sealed class SamplingRunner : ICaseRunner
{
    public string Family => FlexTokConfig.Family;

    public IReadOnlyList<string> Kinds => ["sampling"];

    public void Run(GoldenCase golden, CaseReport report)
    {
        using IDisposable quiet = no_grad();
        FlexTokDecoder decoder = Published.Decoder(golden);
        using FiniteScalarQuantizer quantizer = Published.Quantizer(Published.Config(golden).Section("regularizer"));
        JsonElement settings = golden.Config.GetProperty("sampler");
        var sampler = new RectifiedFlowSampler(settings.GetProperty("timesteps").GetInt32());
        IReadOnlyList<double> times = sampler.Times;
        float[]? scales = golden.HasInput("guidance_per_step") ? golden.Input("guidance_per_step").data<float>().ToArray() : null;
        FlowGuidance guidance = Published.Guidance(settings, scales is null ? null : time => scales[times.ToList().IndexOf(time)]);
        Tensor noise = golden.Input("noise");
        CodePrefix[] codes = [.. golden.Inputs("ids").Select(ids => CodePrefix.Of(quantizer.Decode(ids)))];
        using var flow = new FlexTokFlow(decoder, codes, guidance.NeedsNull, noise.size(2), noise.size(3), times);
        using var guide = new FlowGuide(guidance);
        List<Tensor> inputs = [], conditionals = [], empties = [];
        Tensor latents = sampler.Sample(noise, (x, time) =>
        {
            (Tensor conditional, Tensor? empty) = flow.Velocity(x, time);
            inputs.Add(Kept(x));
            conditionals.Add(Kept(conditional));
            if (empty is null)
                return conditional;
            empties.Add(Kept(empty));
            return guide.Combine(conditional, empty, time);
        });
        report.Compare("latents_final", latents);
        report.Compare("t", [.. times]);
        report.Compare("x_t", stack(inputs));
        report.Compare("v_cond", stack(conditionals));
        if (empties.Count > 0)
            report.Compare("v_uncond", stack(empties));
    }

    private static Tensor Kept(Tensor x) => x.clone().DetachFromDisposeScope();
}
