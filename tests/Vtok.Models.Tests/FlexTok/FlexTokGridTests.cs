using Vtok.Models.FlexTok;
using Vtok.Streams;
using static TorchSharp.torch.nn.functional;

namespace Vtok.Models.Tests.FlexTok;

/// <summary>The arrangement without registers: every patch is a token, and the decoder adds it to the noisy patch.</summary>
[TestClass]
public sealed class FlexTokGridTests
{
    private const int Width = 32, HeadWidth = 8, Side = 4, Patches = Side * Side;
    private const double Rounding = 3e-5;

    [TestMethod]
    [DataRow(false), DataRow(true)]
    public void A_velocity_is_what_the_formula_says(bool empty)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using FlexTokDecoder decoder = TinyFlexTok.Decoder(TinyFlexTok.Gridded.Decoder);
        Dictionary<string, Tensor> weights = decoder.state_dict();
        Tensor latents = TinyFlexTok.Noise([1, 4, 2 * Side, 2 * Side]), codes = TinyFlexTok.Noise([1, Patches, 6], 4);
        using DecoderCondition condition = decoder.Condition([empty ? CodePrefix.Null(1) : CodePrefix.Of(codes)], 2 * Side, 2 * Side);

        Tensor velocity = decoder.Velocity(latents, condition, decoder.Modulate(tensor([0.3f])));

        Tensor Through(string name, Tensor rows) => linear(rows, weights[$"module_dict.{name}.weight"], weights.GetValueOrDefault($"module_dict.{name}.bias"));
        Tensor patches = latents[0].view(4, Side, 2, Side, 2).permute(1, 3, 2, 4, 0).reshape(Patches, 16);
        Tensor tokens = empty ? weights["module_dict.dec_latent_dropout.nullcond"] : Through("dec_from_latents.proj", codes[0]);
        Tensor x = Through("dec_noise_patch_emb.patch_proj", patches) + weights["module_dict.dec_patches_posemb_module.posembs"].view(Width, Patches).t() + tokens;
        Tensor time = silu(decoder.Embed(tensor([0.3f])));
        for (int i = 0; i < 2; i++)
            x = Block(x, (name, rows) => Through($"dec_transformer.blocks.{i}.{name}", rows), time);
        Tensor[] m = Through("dec_to_patches.adaLN_modulation.1", time).chunk(2, 1);
        Tensor pieces = Through("dec_to_patches.proj", layer_norm(x, [Width]) * (1 + m[1]) + m[0]);
        Tensor expected = pieces.view(Side, Side, 2, 2, 4).permute(4, 0, 2, 1, 3).reshape(4, 2 * Side, 2 * Side);
        Assert.IsLessThan(Rounding, (expected - velocity[0]).abs().max().item<float>());
    }

    [TestMethod]
    public void Neither_registers_nor_their_positions_have_parameters()
    {
        using var network = new FlexTokNetwork(TinyFlexTok.Gridded);

        Assert.IsFalse(network.state_dict().Keys.Any(name => name.Contains("register", StringComparison.Ordinal) || name.Contains("dropout_mask_token", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_picture_is_one_raster_of_tokens_of_which_none_can_be_left_out()
    {
        using DisposeScope scope = NewDisposeScope();
        using FlexTokTokenizer tokenizer = TinyFlexTok.Tokenizer(config: TinyFlexTok.Gridded);
        Tensor pictures = TinyFlexTok.Pictures(2), ids = tokenizer.Encode(pictures);
        var quick = new DecodeOptions { Steps = 2, Seed = 1 };

        Tensor decoded = tokenizer.Decode(ids, quick);

        Assert.AreEqual(TokenOrder.Raster, tokenizer.Info.Order);
        CollectionAssert.AreEqual(new[] { Patches }, tokenizer.Info.Lengths.ToArray());
        CollectionAssert.AreEqual(new long[] { 2, Patches }, ids.shape);
        CollectionAssert.AreEqual(pictures.shape, decoded.shape);
        Assert.IsLessThan(1e-4, (tokenizer.Decode(ids.narrow(0, 1, 1), quick) - decoded.narrow(0, 1, 1)).abs().max().item<float>());
        Refused($"exactly {Patches}", () => tokenizer.Encode(pictures, new EncodeOptions { Tokens = 5 }));
        Refused($"exactly {Patches}", () => tokenizer.Decode(ids.narrow(1, 0, 5), quick));
        Refused("16x16", () => tokenizer.Encode(pictures.narrow(2, 0, 8)));

        static void Refused(string part, Func<Tensor> call) => StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(call).Message, part);
    }

    private static Tensor Block(Tensor x, Func<string, Tensor, Tensor> through, Tensor time)
    {
        Tensor[] m = through("adaLN_modulation.1", time).chunk(6, 1); // gates, then (shift, scale) of attention and mlp
        Tensor normal = layer_norm(x, [Width]) * (1 + m[3]) + m[2], queries = through("attn.wq", normal), keys = through("attn.wk", normal), values = through("attn.wv", normal);
        List<Tensor> heads = [];
        for (int h = 0; h < Width / HeadWidth; h++)
        {
            Tensor Head(Tensor rows) => rows.narrow(1, h * HeadWidth, HeadWidth);
            Tensor logits = layer_norm(Head(queries), [HeadWidth]).mm(layer_norm(Head(keys), [HeadWidth]).t()) * (8.0 / HeadWidth);
            heads.Add(logits.softmax(1).mm(Head(values)));
        }
        x = x + m[0] * through("attn.proj", cat(heads, 1));
        normal = layer_norm(x, [Width]) * (1 + m[5]) + m[4];
        return x + m[1] * through("mlp.fc2", silu(through("mlp.fc1", normal)) * through("mlp.fc3", normal));
    }
}
