using CsCheck;
using Vtok.Models.FlexTok;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class FlexTokDecoderTests
{
    private const double Rounding = 3e-5;

    [TestMethod]
    public void One_row_that_counts_as_many_equals_many_equal_rows()
    {
        using FlexTokDecoder decoder = TinyFlexTok.Decoder();
        Gen.Select(Gen.Int[0, TinyFlexTok.Registers], Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[1, 2], Gen.Float[0, 1]).Sample((kept, rows, columns, pictures, time) =>
        {
            using IDisposable quiet = no_grad();
            using DisposeScope scope = NewDisposeScope();
            Tensor latents = TinyFlexTok.Noise([pictures, 4, 2 * rows, 2 * columns]);
            CodePrefix prefix = kept == 0 ? CodePrefix.Null(pictures) : CodePrefix.Of(TinyFlexTok.Noise([pictures, kept, 6], 4));

            Tensor collapsed = Velocity(decoder, latents, [prefix], tensor([time]), true), plain = Velocity(decoder, latents, [prefix], tensor([time]), false);

            Assert.IsLessThan(Rounding, (collapsed - plain).abs().max().item<float>(), $"largest {plain.abs().max().item<float>()}");
        }, iter: 40, threads: 1);
    }

    [TestMethod]
    public void Gradients_are_those_of_equal_rows_too()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokDecoder decoder = TinyFlexTok.Decoder();
        Tensor latents = TinyFlexTok.Noise([1, 4, 8, 8]), codes = TinyFlexTok.Noise([1, 3, 6], 4);
        Dictionary<string, Tensor> Gradients(bool collapse)
        {
            decoder.zero_grad();
            Velocity(decoder, latents, [CodePrefix.Of(codes)], tensor([0.3f]), collapse).square().mean().backward();
            return decoder.named_parameters().Where(pair => pair.parameter.grad is not null).ToDictionary(pair => pair.name, pair => pair.parameter.grad!.clone());
        }

        Dictionary<string, Tensor> collapsed = Gradients(true), plain = Gradients(false);

        foreach ((string name, Tensor gradient) in plain)
            Assert.IsLessThan(1e-4 * Math.Max(1, gradient.abs().max().item<float>()), (collapsed[name] - gradient).abs().max().item<float>(), name);
    }

    [TestMethod]
    public void One_pass_over_condition_and_null_equals_two_passes()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using FlexTokDecoder decoder = TinyFlexTok.Decoder();
        Tensor latents = TinyFlexTok.Noise([2, 4, 8, 8]), time = tensor([0.7f]);
        CodePrefix codes = CodePrefix.Of(TinyFlexTok.Noise([2, 5, 6], 4)), nothing = CodePrefix.Null(2);

        Tensor both = Velocity(decoder, latents, [codes, nothing], time, true);

        Assert.IsLessThan(Rounding, (both.narrow(0, 0, 2) - Velocity(decoder, latents, [codes], time, true)).abs().max().item<float>());
        Assert.IsLessThan(Rounding, (both.narrow(0, 2, 2) - Velocity(decoder, latents, [nothing], time, true)).abs().max().item<float>());
    }

    [TestMethod]
    public void Each_sequence_may_have_its_own_time_and_length()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using FlexTokDecoder decoder = TinyFlexTok.Decoder();
        Tensor latents = TinyFlexTok.Noise([2, 4, 8, 8]);
        CodePrefix one = CodePrefix.Of(TinyFlexTok.Noise([1, 5, 6], 4)), two = CodePrefix.Of(TinyFlexTok.Noise([1, 16, 6], 5));

        Tensor both = Velocity(decoder, latents, [one, two], tensor([0.1f, 0.9f]), true);

        Assert.IsLessThan(Rounding, (both.narrow(0, 0, 1) - Velocity(decoder, latents.narrow(0, 0, 1), [one], tensor([0.1f]), true)).abs().max().item<float>());
        Assert.IsLessThan(Rounding, (both.narrow(0, 1, 1) - Velocity(decoder, latents.narrow(0, 1, 1), [two], tensor([0.9f]), true)).abs().max().item<float>());
    }

    [TestMethod]
    public void The_last_block_may_leave_out_registers()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using FlexTokDecoder decoder = TinyFlexTok.Decoder();
        Tensor latents = TinyFlexTok.Noise([1, 4, 8, 8]);
        using DecoderCondition condition = decoder.Condition([CodePrefix.Of(TinyFlexTok.Noise([1, 5, 6], 4))], 8, 8);
        using TimeTable table = decoder.Modulate(tensor([0.5f]));

        Tensor alone = decoder.Velocity(latents, condition, table), whole = decoder.Velocity(latents, condition, table, []);

        Assert.IsLessThan(Rounding, (alone - whole).abs().max().item<float>());
    }

    private static Tensor Velocity(FlexTokDecoder decoder, Tensor latents, CodePrefix[] prefixes, Tensor times, bool collapse)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderCondition condition = decoder.Condition(prefixes, latents.size(2), latents.size(3), collapse);
        return decoder.Velocity(latents, condition, decoder.Modulate(times)).MoveToOuterDisposeScope();
    }
}
