using Vtok.Models.Layers.Vision;
using Vtok.Models.Seed;
using Vtok.Models.Tests.Weights;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Seed;

[TestClass]
public sealed class SeedFamilyTests
{
    private const string Tower = "visual_encoder.";

    [TestMethod]
    public void The_quantizer_file_and_the_tower_make_one_model_folder()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SeedNetwork network = TinySeed.Network();
        Dictionary<string, Tensor> tower = Part(network, ofTower: true), rest = Part(network, ofTower: false);
        (tower["blocks.2.norm1.weight"], tower["norm.weight"], rest["temp"]) = (ones(16), ones(16), ones(1)); // a block, a norm and a number too many
        Write(folder, tower, rest);
        Tensor pictures = TinySeed.Pictures(2);

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        Assert.AreEqual("seed", model.Info.Family);
        Assert.IsTrue(model.Encode(pictures).Equals(network.Encode(PixelNormalization.Clip.Apply(pictures))));
    }

    [TestMethod]
    public void The_files_of_the_authors_open_as_torch_saved_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SeedNetwork network = TinySeed.Network();
        Dictionary<string, Tensor> tower = Part(network, ofTower: true).ToDictionary(pair => pair.Key, pair => pair.Value.to(ScalarType.Float16)), rest = Part(network, ofTower: false);
        foreach ((string name, Tensor tensor) in tower)
            network.state_dict()[Tower + name].detach().copy_(tensor);
        WritePickled(folder, tower, rest);
        Tensor pictures = TinySeed.Pictures(2);

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        Assert.IsTrue(model.Encode(pictures).Equals(network.Encode(PixelNormalization.Clip.Apply(pictures))));
    }

    [TestMethod]
    public void Another_checkpoint_under_the_name_of_the_tower_is_refused_by_the_name_of_a_tensor()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SeedNetwork network = TinySeed.Network();
        WritePickled(folder, TinyFamilies.Weights("llamagen"), Part(network, ofTower: false));

        Refused(folder, "visual_encoder.cls_token: missing, expected [1, 1, 16]", "eva_vit_g.pth");
    }

    [TestMethod]
    public void The_quantizers_file_alone_is_refused_with_what_to_put_beside_it()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SeedNetwork network = TinySeed.Network();
        folder.Write("seed_quantizer.pt", PickleBytes.Checkpoint(Part(network, ofTower: false), "seed_quantizer"));
        folder.Write("config.json", TinySeed.Published.Root.ToJsonString());

        Refused(folder, "visual_encoder.cls_token: missing", "put eva_vit_g.pth of BLIP-2 beside the quantizer's file");
    }

    [TestMethod]
    public void A_tower_in_half_precision_is_raised_and_one_of_another_grid_is_resampled()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SeedNetwork network = TinySeed.Network();
        Dictionary<string, Tensor> tower = Part(network, ofTower: true).ToDictionary(pair => pair.Key, pair => pair.Value.to(ScalarType.Float16));
        tower["pos_embed"] = EvaPositions.Resample(Part(network, ofTower: true)["pos_embed"], 5).to(ScalarType.Float16); // 2 x 2 to 5 x 5
        Write(folder, tower, Part(network, ofTower: false));

        using ITokenizerModel model = ModelFolder.Open(folder.Root);

        CollectionAssert.AreEqual(new long[] { 1, 32 }, model.Encode(TinySeed.Pictures(1)).shape);
    }

    [TestMethod]
    public void The_key_names_both_files()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder one = new(), other = new();
        using SeedNetwork network = TinySeed.Network();
        Dictionary<string, Tensor> tower = Part(network, ofTower: true), changed = new(tower) { ["cls_token"] = zeros(1, 1, 16) };
        Write(one, tower, Part(network, ofTower: false));
        Write(other, changed, Part(network, ofTower: false));

        Assert.AreNotEqual(ModelFolder.ReadInfo(one.Root).Weights, ModelFolder.ReadInfo(other.Root).Weights);
    }

    [TestMethod]
    [DataRow("cls_token", "visual_encoder.cls_token: missing")]
    [DataRow("blocks.1.attn.qkv.weight", "visual_encoder.blocks.1.attn.qkv.weight: missing")]
    public void Another_network_in_place_of_the_tower_is_named(string lost, string expected)
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SeedNetwork network = TinySeed.Network();
        Dictionary<string, Tensor> tower = Part(network, ofTower: true);
        tower.Remove(lost);
        Write(folder, tower, Part(network, ofTower: false));

        Refused(folder, expected, "eva_vit_g.pth");
    }

    [TestMethod]
    public void A_tower_of_another_width_is_named_with_both_shapes()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SeedNetwork network = TinySeed.Network();
        Write(folder, new(Part(network, ofTower: true)) { ["cls_token"] = zeros(1, 1, 24) }, Part(network, ofTower: false));

        Refused(folder, "visual_encoder.cls_token: [1, 1, 24], expected [1, 1, 16]");
    }

    [TestMethod]
    public void Half_of_the_weights_is_refused_with_what_is_missing()
    {
        using DisposeScope scope = NewDisposeScope();
        using TemporaryFolder folder = new();
        using SeedNetwork network = TinySeed.Network();
        Write(folder, Part(network, ofTower: true), Part(network, ofTower: false).Where(pair => !pair.Key.StartsWith("blocks_image", StringComparison.Ordinal)).ToDictionary());

        Refused(folder, "12 missing: blocks_image.0.*");
    }

    [TestMethod]
    public void The_settings_are_read_under_their_published_names() =>
        Assert.AreEqual(TinySeed.Config, SeedConfig.Read(TinySeed.Published));

    [TestMethod]
    [DataRow("\"num_query_token\": 16", "32")]
    [DataRow("\"blocks_num_heads\": 7", "7 heads")]
    [DataRow("\"n_embed\": 0", "n_embed")]
    public void A_setting_out_of_range_is_named(string setting, string expected)
    {
        string[] parts = ["\"vit\": {}", "\"qformer\": {}", "\"codebook_embed_dim\": 32", .. setting.Contains("n_embed", StringComparison.Ordinal) ? Array.Empty<string>() : ["\"n_embed\": 8"], setting];
        ModelConfig config = ModelConfig.FromJson(System.Text.Encoding.UTF8.GetBytes($"{{{string.Join(',', parts)}}}"));

        var error = Assert.ThrowsExactly<CheckpointException>(() => SeedConfig.Read(config));

        Assert.AreEqual(CheckpointError.BadConfig, error.Error);
        StringAssert.Contains(error.Message, expected);
    }

    [TestMethod]
    public void The_published_files_need_no_config()
    {
        ModelConfig? config = ModelFamilies.Infer(PublishedEntries());

        Assert.IsNotNull(config);
        Assert.AreEqual(new SeedConfig(), SeedConfig.Read(config));
    }

    [TestMethod]
    [DataRow("distill_image_proj.weight")]
    [DataRow("Qformer.bert.encoder.layer.0.intermediate_query.dense.weight")]
    public void A_matrix_that_is_a_number_in_the_file_does_not_decide_a_setting(string name)
    {
        Dictionary<string, TensorEntry> entries = PublishedEntries();
        entries[name] = new TensorEntry(ScalarType.Float32, []);

        ModelConfig? config = ModelFamilies.Infer(entries);

        Assert.IsNotNull(config);
        Assert.AreEqual(new SeedConfig(), SeedConfig.Read(config));
    }

    private static Dictionary<string, TensorEntry> PublishedEntries()
    {
        Dictionary<string, TensorEntry> entries = [];
        void Add(string name, params long[] shape) => entries[name] = new TensorEntry(ScalarType.Float32, shape);
        Add("query_tokens", 1, 32, 768);
        Add("quantize.embedding.weight", 8192, 32);
        Add("encode_task_layer.2.weight", 32, 768);
        Add("ln_vision.weight", 1408);
        Add("pos_embed", 1, 32, 768);
        Add("image_down.4.weight", 32, 128);
        Add("distill_image_proj.weight", 1024, 1024);
        Add("Qformer.bert.encoder.layer.0.intermediate_query.dense.weight", 3072, 768);
        for (int i = 0; i < 12; i++)
            Add($"Qformer.bert.encoder.layer.{i}.attention.self.query.weight", 768, 768);
        for (int i = 0; i < 40; i++) // one block more than the model has
            Add($"{Tower}blocks.{i}.norm1.weight", 1408);
        for (int i = 0; i < 4; i++)
            Add($"blocks_image.{i}.norm1.weight", 768);
        return entries;
    }

    private static Dictionary<string, Tensor> Part(SeedNetwork network, bool ofTower) => network.state_dict()
        .Where(pair => pair.Key.StartsWith(Tower, StringComparison.Ordinal) == ofTower)
        .ToDictionary(pair => ofTower ? pair.Key[Tower.Length..] : pair.Key, pair => pair.Value);

    private static void Write(TemporaryFolder folder, Dictionary<string, Tensor> tower, Dictionary<string, Tensor> rest)
    {
        SafetensorsWriter.Write(folder.File("eva_vit_g.safetensors"), tower, null);
        SafetensorsWriter.Write(folder.File("seed_quantizer.safetensors"), rest, null);
        folder.Write("config.json", TinySeed.Published.Root.ToJsonString());
    }

    private static void WritePickled(TemporaryFolder folder, IReadOnlyDictionary<string, Tensor> tower, IReadOnlyDictionary<string, Tensor> rest)
    {
        folder.Write("eva_vit_g.pth", PickleBytes.Checkpoint(tower, "eva_vit_g"));
        folder.Write("seed_quantizer.pt", PickleBytes.Checkpoint(rest, "seed_quantizer"));
        folder.Write("config.json", TinySeed.Published.Root.ToJsonString());
    }

    private static void Refused(TemporaryFolder folder, params string[] expected)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelFolder.Open(folder.Root));

        Assert.AreEqual(CheckpointError.Mismatch, error.Error, error.Message);
        foreach (string part in expected)
            StringAssert.Contains(error.Message, part);
    }
}
