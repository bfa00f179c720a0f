using System.Text.Json;
using System.Text.Json.Nodes;
using Vtok.Models.FlexTok;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.FlexTok;

[TestClass]
public sealed class FlexTokTreeTests
{
    [TestMethod]
    public void A_written_tree_is_read_back_as_the_same_settings()
    {
        foreach (FlexTokConfig config in (FlexTokConfig[])[.. FlexTokPresets.All.Values, TinyFlexTok.Config, TinyFlexTok.Crossed, TinyFlexTok.Gridded, Unusual()])
        {
            FlexTokConfig read = FlexTokTree.Read(FlexTokTreeWriter.Write(config));

            Assert.AreEqual(JsonSerializer.Serialize(config), JsonSerializer.Serialize(read));
        }
    }

    [TestMethod]
    [DataRow("os.system"), DataRow("flextok.evil.Thing"), DataRow("builtins.eval"), DataRow("")]
    public void A_class_that_is_not_on_the_list_is_refused_by_name_wherever_it_stands(string target)
    {
        JsonObject tree = Tree();
        Module(tree, "decoder", "dec_noise_channels_to_last")["per_sample_op"]!["_target_"] = target;

        CheckpointException error = Refused(tree);

        Assert.AreEqual(CheckpointError.Unsupported, error.Error);
        StringAssert.Contains(error.Message, $"\"{target}\"");
    }

    [TestMethod]
    public void Parts_that_do_not_go_together_are_named()
    {
        Expect("latent channels", tree => tree["vae"]!["latent_channels"] = 8, tree => tree["_autoencoder_kl"]!["latent_channels"] = 8, tree => tree["pipeline"]!["out_channels"] = 8);
        Expect("levels", tree => tree["regularizer"]!["levels"] = new JsonArray(8, 8, 8));
        Expect("regularizer.levels", tree => tree["regularizer"]!["levels"] = new JsonArray(8, 1));
        Expect("dim", tree => Module(tree, "encoder", "enc_to_latents")["dim"] = 48);
        Expect("per_subseq_embs", tree => Module(tree, "decoder", "dec_seq_packer")["per_subseq_embs"] = false);
        Expect("mask_mode", tree => Module(tree, "encoder", "enc_seq_packer")["mask_mode"] = "both");
        Expect("norm_layer", tree => Module(tree, "decoder", "dec_transformer")["norm_layer"] = "x");
        Expect("norm_layer", tree => Module(tree, "decoder", "dec_transformer")["norm_layer"] = null);
        Expect("rope_forward_read_key", tree => Module(tree, "decoder", "dec_transformer")["rope_forward_read_key"] = "x");
        Expect("_mup_base_width", tree => Module(tree, "decoder", "dec_to_patches")["use_mup_readout"] = true);
        Expect("posemb_type", tree => Module(tree, "decoder", "dec_patches_posemb_module")["posemb_type"] = "x");
        Expect("posemb_scaling", tree => Module(tree, "decoder", "dec_registers_posemb_module")["posemb_scaling"] = "interpolate");
        Expect("adaLN_emb_read_key", tree => Module(tree, "decoder", "dec_to_patches").Remove("adaLN_emb_read_key"));
        Expect("scaling_factor", tree => { tree["vae"]!["scaling_factor"] = null; tree["vae"]!["hf_hub_path"] = "somewhere"; });
        Expect("depth", tree => Module(tree, "encoder", "enc_transformer")["depth"] = 1 << 20);
        Expect("positions for", tree => Module(tree, "encoder", "enc_posemb_module")["max_sizes"] = new JsonArray(4096, 4096));
    }

    [TestMethod]
    public void The_order_of_modules_is_meaning()
    {
        JsonObject tree = Tree();
        JsonObject modules = tree["decoder"]!["module_dict"]!.AsObject();
        JsonNode positions = modules["dec_registers_posemb_module"]!;
        modules.Remove("dec_registers_posemb_module");
        modules.Insert(modules.IndexOf("dec_latent_dropout"), "dec_registers_posemb_module", positions);

        StringAssert.Contains(Refused(tree).Message, "dec_nested_dropout stands before dec_registers_posemb_module");
    }

    [TestMethod]
    public void A_missing_module_is_named_with_those_that_are_there()
    {
        JsonObject tree = Tree();
        tree["encoder"]!["module_dict"]!.AsObject().Remove("enc_register_module");

        StringAssert.Contains(Refused(tree).Message, "no Registers1D");
    }

    [TestMethod]
    public void A_trunk_with_cross_attention_names_the_key_that_is_missing_or_leads_nowhere()
    {
        Expect("dec_transformer.context_seq_read_key: nothing", tree => Module(tree, "decoder", "dec_transformer").Remove("context_seq_read_key"));
        Expect("enc_transformer.input_seq_read_key: nothing", tree => Module(tree, "encoder", "enc_transformer").Remove("input_seq_read_key"));
        Expect("that writes \"elsewhere\" (dec_transformer.context_seq_read_key)", tree => Module(tree, "decoder", "dec_transformer")["context_seq_read_key"] = "elsewhere");
        Expect("input_list_read_keys", tree => Module(tree, "decoder", "dec_context_packer")["input_list_read_keys"] = new JsonArray("dec_patches"));
        Expect("adaLN_expansion", tree => Module(tree, "decoder", "dec_transformer")["adaLN_expansion"] = 2);
        Expect("no BlockWiseSequencePacker", tree => tree["decoder"]!["module_dict"]!.AsObject().Remove("dec_context_packer"));

        static void Expect(string part, Action<JsonObject> change)
        {
            JsonObject tree = FlexTokTreeWriter.Write(TinyFlexTok.Crossed).Root.DeepClone().AsObject();
            change(tree);
            StringAssert.Contains(Refused(tree).Message, part);
        }
    }

    [TestMethod]
    public void A_tree_without_registers_adds_tokens_to_patches_and_does_nothing_else_with_them()
    {
        Expect("per_sample_op", tree => Module(tree, "decoder", "dec_sum")["per_sample_op"]!["_target_"] = "flextok.model.utils.dict_ops.channels_first_to_last");
        Expect("read_keys", tree => Module(tree, "decoder", "dec_sum")["read_keys"] = new JsonArray("dec_patches", "elsewhere"));
        Expect("input_list_read_keys", tree => Module(tree, "decoder", "dec_seq_packer")["input_list_read_keys"] = new JsonArray("dec_patches", "dec_registers_proj"));
        Expect("mask_mode", tree => Module(tree, "encoder", "enc_seq_packer")["mask_mode"] = "causal");
        Expect("adaLN_expansion", tree => Module(tree, "decoder", "dec_transformer")["adaLN_expansion"] = 2);
        Expect("no MaskedNestedDropout", tree => tree["decoder"]!["module_dict"]!.AsObject().Remove("dec_sum"));
        Expect("no Registers1D", tree => Module(tree, "encoder", "enc_to_latents")["read_key"] = "enc_registers");

        static void Expect(string part, Action<JsonObject> change)
        {
            JsonObject tree = FlexTokTreeWriter.Write(TinyFlexTok.Gridded).Root.DeepClone().AsObject();
            change(tree);
            StringAssert.Contains(Refused(tree).Message, part);
        }
    }

    [TestMethod]
    [DataRow("model.preprocessors.mask_tokens.MaskTokenModule"), DataRow("model.utils.posembs.PositionalEmbedding"), DataRow("model.postprocessors.heads.LinearHead")]
    public void A_module_without_a_part_in_the_arrangement_is_refused_by_name(string target)
    {
        JsonObject tree = Tree();
        tree["decoder"]!["module_dict"]!["stranger"] = new JsonObject { ["_target_"] = "flextok." + target };

        StringAssert.Contains(Refused(tree).Message, $"stranger: {target.Split('.')[^1]}");
    }

    [TestMethod]
    public void Modules_that_only_keep_the_books_and_those_of_a_training_loss_are_passed_over()
    {
        JsonObject tree = Tree();
        foreach (string target in (string[])["model.utils.dict_ops.DictKeyFilter", "model.postprocessors.seq_unpacking.SequenceUnpacker", "model.postprocessors.heads.MLPHead"])
            tree["decoder"]!["module_dict"]![$"more{target.Length}"] = new JsonObject { ["_target_"] = "flextok." + target };

        Assert.AreEqual(JsonSerializer.Serialize(TinyFlexTok.Config), JsonSerializer.Serialize(FlexTokTree.Read(Config(tree))));
    }

    [TestMethod]
    public void Modules_may_have_other_names()
    {
        JsonObject tree = Tree();
        JsonObject modules = tree["encoder"]!["module_dict"]!.AsObject();
        JsonNode trunk = modules["enc_transformer"]!;
        int index = modules.IndexOf("enc_transformer");
        modules.Remove("enc_transformer");
        modules.Insert(index, "trunk", trunk);

        using var network = new FlexTokNetwork(FlexTokTree.Read(Config(tree)));

        Assert.IsTrue(network.state_dict().ContainsKey("encoder.module_dict.trunk.blocks.1.attn.wq.weight"));
    }

    private static FlexTokConfig Unusual() => TinyFlexTok.Config with
    {
        SamplePosterior = false,
        Encoder = TinyFlexTok.Config.Encoder with { Mask = RegisterMask.Causal, PooledRegisters = true, Positions = new() { Kind = PositionKind.LearnedProduct, Interpolated = true }, Head = new() { Layers = 3, HiddenRatio = 1.5, Bias = false, Norm = TokenNormKind.None, BaseWidth = 8 }, Transformer = TinyFlexTok.Config.Encoder.Transformer with { Gated = false, QueryBias = true, MlpBias = true } },
        Decoder = TinyFlexTok.Config.Decoder with
        {
            Positions = new() { Kind = PositionKind.LearnedSum }, Head = new() { Norm = TokenNormKind.Affine, Bias = false, ModulationBias = false, BaseWidth = 4 },
            ZeroNull = true, MaxTime = 1, TimeFeatures = 32, Dropout = NestedDropoutMode.UniformPowersOfTwo,
            Transformer = TinyFlexTok.Config.Decoder.Transformer with { ModulationStreams = 1, NormalizeQueries = false, OutputBias = true, Norm = TokenNormKind.Scaled },
        },
    };

    private static void Expect(string part, params Action<JsonObject>[] changes)
    {
        JsonObject tree = Tree();
        foreach (Action<JsonObject> change in changes)
            change(tree);
        StringAssert.Contains(Refused(tree).Message, part);
    }

    private static CheckpointException Refused(JsonObject tree) => Assert.ThrowsExactly<CheckpointException>(() => FlexTokTree.Read(Config(tree)));

    private static JsonObject Module(JsonObject tree, string part, string name) => tree[part]!["module_dict"]![name]!.AsObject();

    private static JsonObject Tree() => FlexTokTreeWriter.Write(TinyFlexTok.Config).Root.DeepClone().AsObject();

    private static ModelConfig Config(JsonObject tree) => ModelConfig.FromJson(JsonSerializer.SerializeToElement(tree));
}
