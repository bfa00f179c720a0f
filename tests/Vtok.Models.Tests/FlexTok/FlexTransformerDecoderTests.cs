using Vtok.Models.FlexTok;
using static TorchSharp.torch.nn.functional;

namespace Vtok.Models.Tests.FlexTok;

/// <summary>The trunk with cross-attention, against the formula written out for one picture at a time.</summary>
[TestClass]
public sealed class FlexTransformerDecoderTests
{
    private const int Width = 32, HeadWidth = 8, Patches = 4;
    private const double Rounding = 3e-5;

    private static readonly FlexTransformerConfig Shape = new() { CrossAttention = true, Width = Width, Depth = 2, HeadWidth = HeadWidth };

    [TestMethod]
    [DataRow(TokenNormKind.Plain), DataRow(TokenNormKind.Affine)]
    public void Patches_read_registers_as_the_formula_says(TokenNormKind norm)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var trunk = TinyFlexTok.Drawn(new FlexTransformerDecoder(Shape with { ModulationStreams = 1, Norm = norm }), 1);
        foreach ((string name, Tensor weight) in trunk.state_dict())
            if (name.Contains("norm", StringComparison.Ordinal))
                weight.add_(TinyFlexTok.Noise(weight.shape, 6), 0.3);
        Tensor patches = TinyFlexTok.Noise([3 * Patches, Width]), registers = TinyFlexTok.Noise([2 * 3 + 5, Width], 4), times = TinyFlexTok.Noise([3, Width], 5);
        using var layout = new TokenLayout(Patches, [new TokenGroup(2, 3), new TokenGroup(1, 5)], RegisterMask.Full, CPU);
        Modulation[] vectors = [.. trunk.Modulate(times).Select(block => Modulation.Of(block, 1))];

        Tensor run = trunk.Run(patches, registers, layout, TokenKind.Patches, vectors);

        (int From, int Count)[] contexts = [(0, 3), (3, 3), (6, 5)];
        for (int i = 0; i < 3; i++)
        {
            Tensor expected = Formula(trunk.state_dict(), patches.narrow(0, i * Patches, Patches), registers.narrow(0, contexts[i].From, contexts[i].Count), times.narrow(0, i, 1), null);
            Near(expected, run.narrow(0, i * Patches, Patches));
        }
    }

    [TestMethod]
    [DataRow(RegisterMask.CausalLast), DataRow(RegisterMask.Causal), DataRow(RegisterMask.Full)]
    public void Registers_read_patches_as_the_formula_says(RegisterMask mask)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        var trunk = TinyFlexTok.Drawn(new FlexTransformerDecoder(Shape with { QueryBias = true, Gated = false }), 1);
        Tensor patches = TinyFlexTok.Noise([2 * Patches, Width]), registers = TinyFlexTok.Noise([2 * 5, Width], 4);
        using var layout = new TokenLayout(Patches, [new TokenGroup(2, 5)], mask, CPU);
        Tensor? visible = mask == RegisterMask.Full ? null : ones([5, 5], ScalarType.Bool).tril();

        Tensor run = trunk.Run(patches, registers, layout, TokenKind.Registers, null);

        for (int i = 0; i < 2; i++)
            Near(Formula(trunk.state_dict(), registers.narrow(0, i * 5, 5), patches.narrow(0, i * Patches, Patches), null, visible), run.narrow(0, i * 5, 5));
    }

    [TestMethod]
    public void Parameters_have_the_published_names()
    {
        using var trunk = new FlexTransformerDecoder(Shape with { ModulationStreams = 1, Depth = 1 });

        string[] names = [.. trunk.state_dict().Keys.Order(StringComparer.Ordinal)];

        string[] attention = ["proj.weight", "wk.weight", "wq.weight", "wv.weight"];
        CollectionAssert.AreEqual((string[])
        [
            "blocks.0.adaLN_modulation.1.bias", "blocks.0.adaLN_modulation.1.weight", .. attention.Select(name => "blocks.0.cross_attn." + name),
            "blocks.0.mlp.fc1.weight", "blocks.0.mlp.fc2.weight", "blocks.0.mlp.fc3.weight", .. attention.Select(name => "blocks.0.self_attn." + name),
        ], names);
        CollectionAssert.AreEqual(new long[] { 11 * Width, Width }, trunk.state_dict()["blocks.0.adaLN_modulation.1.weight"].shape);
    }

    [TestMethod]
    public void Gates_are_closed_and_velocities_zero_at_the_start()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using var decoder = new FlexTokDecoder(TinyFlexTok.Crossed.Decoder);
        decoder.Initialize(new Generator(1));
        Tensor latents = TinyFlexTok.Noise([2, 4, 8, 8]);
        using DecoderCondition condition = decoder.Condition([CodePrefix.Of(TinyFlexTok.Noise([2, 5, 6], 4))], 8, 8);
        List<Tensor> trace = [];

        Tensor velocity = decoder.Velocity(latents, condition, decoder.Modulate(tensor([0.3f])), trace);

        Assert.AreEqual(0, velocity.abs().max().item<float>());
        Assert.IsTrue(trace[0].Equals(trace[^1]));
    }

    [TestMethod]
    public void One_row_that_counts_as_many_equals_many_equal_rows()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using FlexTokDecoder decoder = TinyFlexTok.Decoder(TinyFlexTok.Crossed.Decoder);
        Tensor latents = TinyFlexTok.Noise([1, 4, 8, 8]);
        Tensor Velocity(int kept, bool collapse)
        {
            using DecoderCondition condition = decoder.Condition([kept == 0 ? CodePrefix.Null(1) : CodePrefix.Of(TinyFlexTok.Noise([1, kept, 6], 4))], 8, 8, collapse);
            return decoder.Velocity(latents, condition, decoder.Modulate(tensor([0.3f])));
        }

        foreach (int kept in (int[])[0, 1, 7, TinyFlexTok.Registers])
            Near(Velocity(kept, collapse: false), Velocity(kept, collapse: true));
        Assert.IsGreaterThan(0.01, (Velocity(1, true) - Velocity(7, true)).abs().max().item<float>());
    }

    [TestMethod]
    public void A_tokenizer_with_such_trunks_is_nested_and_follows_its_seed()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer(config: TinyFlexTok.Crossed);
        Tensor pictures = TinyFlexTok.Pictures(2), all = tokenizer.Encode(pictures);
        var quick = new DecodeOptions { Steps = 2, Seed = 1 };

        Tensor some = tokenizer.Encode(pictures, new EncodeOptions { Tokens = 5 }), picture = tokenizer.Decode(some, quick);

        Assert.IsTrue(some.Equals(all.narrow(1, 0, 5)));
        Assert.IsTrue(picture.Equals(tokenizer.Decode(some, quick)));
        Near(tokenizer.Decode(some.narrow(0, 1, 1), quick), picture.narrow(0, 1, 1));
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer(config: TinyFlexTok.Crossed);
        Tensor pictures = TinyFlexTok.Pictures(2);
        void Once()
        {
            using Tensor ids = tokenizer.Encode(pictures);
            tokenizer.Decode(ids, new DecodeOptions { Steps = 1 }).Dispose();
        }
        Once();
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (int i = 0; i < 20; i++)
            Once();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    /// <summary>One picture: x and its context [n, D], activated time [1, D] or null, and what x sees of itself.</summary>
    private static Tensor Formula(Dictionary<string, Tensor> weights, Tensor x, Tensor context, Tensor? time, Tensor? visible)
    {
        for (int i = 0; weights.ContainsKey($"blocks.{i}.mlp.fc1.weight"); i++)
        {
            Tensor? Weight(string name) => weights.GetValueOrDefault($"blocks.{i}.{name}");
            Tensor Through(string name, Tensor rows) => linear(rows, Weight(name + ".weight")!, Weight(name + ".bias"));
            Tensor Norm(string name, Tensor rows) => layer_norm(rows, [rows.size(-1)], Weight(name + ".weight"), Weight(name + ".bias"), 1e-5);
            Tensor Attention(string name, Tensor asking, Tensor seen, Tensor? mask)
            {
                List<Tensor> heads = [];
                Tensor queries = Through(name + ".wq", asking), keys = Through(name + ".wk", seen), values = Through(name + ".wv", seen);
                for (int h = 0; h < Width / HeadWidth; h++)
                {
                    Tensor Head(Tensor rows) => rows.narrow(1, h * HeadWidth, HeadWidth);
                    Tensor logits = Norm(name + ".q_norm", Head(queries)).mm(Norm(name + ".k_norm", Head(keys)).t()) * (8.0 / HeadWidth);
                    heads.Add((mask is null ? logits : logits.masked_fill(mask.logical_not(), float.NegativeInfinity)).softmax(1).mm(Head(values)));
                }
                return Through(name + ".proj", cat(heads, 1));
            }

            // Gates of self-attention, cross-attention, mlp; then (shift, scale) of self-attention, query, context, mlp.
            Tensor[]? m = time is null ? null : Through("adaLN_modulation.1", time).chunk(11, 1);
            Tensor Modulated(Tensor rows, int pair) => m is null ? rows : rows * (1 + m[4 + 2 * pair]) + m[3 + 2 * pair];
            Tensor Gated(Tensor rows, int gate) => m is null ? rows : rows * m[gate];

            Tensor normal = Modulated(Norm("norm1", x), 0);
            x = x + Gated(Attention("self_attn", normal, normal, visible), 0);
            x = x + Gated(Attention("cross_attn", Modulated(Norm("query_norm", x), 1), Modulated(Norm("context_norm", context), 2), null), 1);
            normal = Modulated(Norm("norm2", x), 3);
            Tensor hidden = silu(Through("mlp.fc1", normal));
            x = x + Gated(Through("mlp.fc2", Weight("mlp.fc3.weight") is null ? hidden : hidden * Through("mlp.fc3", normal)), 2);
        }
        return x;
    }

    private static void Near(Tensor expected, Tensor actual) =>
        Assert.IsLessThan(Rounding * Math.Max(1, expected.abs().max().item<float>()), (expected - actual).abs().max().item<float>());
}
