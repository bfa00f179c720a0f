using Vtok.Models.FlexTok;
using Vtok.Models.Layers.Flow;
using Vtok.Torch;

namespace Vtok.Bench;

/// <summary>Guided sampling steps of FlexTok's decoder: the published way against ours, at some token counts.</summary>
/// <remarks>
/// The published way runs the condition and the null condition one after the other, each with all registers in every block, and makes the
/// modulations anew in every pass. What else it does (copies of its dictionary, packing) is left out, so the ratio is not flattered. Ours is
/// measured with the same library for its matrix products, and as it decodes: by the faster one (<see cref="Affine"/>).
/// </remarks>
internal sealed class FlexTokBenchmark : IBenchmark
{
    private const int Depth = 6, Steps = 2;

    private static readonly string[] Names = ["published", "ours, same library", "ours"];

    public IEnumerable<BenchRow> Run(BenchOptions options)
    {
        foreach (int tokens in (int[])[16, 256])
        {
            string group = $"flextok d{Depth} steps, {tokens} tokens";
            if (!options.Wants(group, Names[0]) && !options.Wants(group, Names[1]) && !options.Wants(group, Names[2]))
                continue;
            NativeTorch.Load();
            foreach ((string name, double seconds) in Measure(tokens, options))
                yield return new BenchRow(group, name, Steps / seconds, "steps/cpu s");
        }
    }

    // Apart: no TorchSharp type may be touched before libtorch is loaded, and no scope be open while rows are handed out.
    private static (string, double)[] Measure(int tokens, BenchOptions options)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        set_num_threads(options.Threads);
        using FlexTokDecoder decoder = Decoder();
        Tensor noise = randn([1, 16, 32, 32], generator: new Generator(2));
        CodePrefix codes = CodePrefix.Of(randn([1, tokens, 6], generator: new Generator(3)).clamp(-1, 1));
        var sampler = new RectifiedFlowSampler(Steps);
        double[] seconds = Timing.LeastProcessorTime(options.Seconds,
            () => Published(decoder, sampler, noise, codes), () => Ours(decoder, sampler, noise, codes), () => OursByAnyLibrary(decoder, sampler, noise, codes));
        return [.. Names.Zip(seconds)];
    }

    private static void Ours(FlexTokDecoder decoder, RectifiedFlowSampler sampler, Tensor noise, CodePrefix codes)
    {
        using DisposeScope scope = NewDisposeScope();
        using var flow = new FlexTokFlow(decoder, [codes], paired: true, 32, 32, sampler.Times);
        using FlowGuide guide = Guide();
        sampler.Sample(noise, (x, time) =>
        {
            (Tensor conditional, Tensor? empty) = flow.Velocity(x, time);
            return guide.Combine(conditional, empty!, time);
        });
    }

    private static void OursByAnyLibrary(FlexTokDecoder decoder, RectifiedFlowSampler sampler, Tensor noise, CodePrefix codes)
    {
        using IDisposable fast = Affine.AnyLibrary();
        Ours(decoder, sampler, noise, codes);
    }

    private static void Published(FlexTokDecoder decoder, RectifiedFlowSampler sampler, Tensor noise, CodePrefix codes)
    {
        using DisposeScope scope = NewDisposeScope();
        using FlowGuide guide = Guide();
        Tensor Velocity(Tensor x, double time, CodePrefix prefix)
        {
            using DecoderCondition condition = decoder.Condition([prefix], 32, 32, collapse: false);
            List<Tensor> blocks = []; // asking for them has the last block compute registers too
            return decoder.Velocity(x, condition, decoder.Modulate(tensor([(float)time])), blocks);
        }
        sampler.Sample(noise, (x, time) => guide.Combine(Velocity(x, time, codes), Velocity(x, time, CodePrefix.Null(1)), time));
    }

    private static FlowGuide Guide() => new(new FlowGuidance { Scale = FlexTokTokenizer.DefaultGuidance, Projected = true });

    private static FlexTokDecoder Decoder()
    {
        var decoder = new FlexTokDecoder(FlexTokPresets.Create(Depth, Depth).Decoder);
        using var generator = new Generator(1);
        foreach (Tensor weight in decoder.parameters())
            weight.normal_(0, 0.02, generator);
        return decoder;
    }
}
