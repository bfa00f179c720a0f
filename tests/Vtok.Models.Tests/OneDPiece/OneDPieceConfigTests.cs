using System.Text;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.OneDPiece;

[TestClass]
public sealed class OneDPieceConfigTests
{
    private const string Published = """
        {"experiment":{"output_dir":"titok_l_32"},"model":{"vq_model":{"codebook_size":4096,"token_size":12,"use_l2_norm":true,"commitment_cost":0.25,
        "vit_enc_model_size":"large","vit_dec_model_size":"large","vit_enc_patch_size":16,"vit_dec_patch_size":16,"num_latent_tokens":32},
        "generator":{"image_seq_len":"${model.vq_model.num_latent_tokens}","mask_schedule_strategy":"arccos"}},"dataset":{"preprocessing":{"crop_size":256}}}
        """;

    [TestMethod]
    public void Absent_stages_mean_the_published_two_stage_form()
    {
        OneDPieceConfig config = Read(Published);

        Assert.AreEqual(OneDPiecePresets.Find("titok-l32")!.Config, config);
        Assert.AreEqual(OneDPieceForm.TwoStage, config.Form);
    }

    [TestMethod]
    public void Every_published_model_survives_being_written_and_read()
    {
        foreach (OneDPiecePreset preset in OneDPiecePresets.All)
        {
            OneDPieceConfig again = OneDPieceConfig.Read(preset.Config.ToModelConfig());

            Assert.AreEqual(preset.Config, again, preset.Name);
        }
    }

    [TestMethod]
    public void A_model_of_unusual_size_survives_being_written_and_read()
    {
        foreach (OneDPieceConfig config in new[] { TinyModels.Nested, TinyModels.OneStage, TinyModels.StageOne, TinyModels.Continuous, TinyModels.TextAware })
            Assert.AreEqual(config, OneDPieceConfig.Read(config.ToModelConfig()));
    }

    [TestMethod]
    [DataRow("\"num_latent_tokens\":32", "\"num_latent_tokens\":0", "num_latent_tokens")]
    [DataRow("\"vit_enc_model_size\":\"large\"", "\"vit_enc_model_size\":\"huge\"", "small, base, large")]
    [DataRow("\"vit_enc_patch_size\":16", "\"vit_enc_patch_size\":17", "must divide crop_size")]
    [DataRow("\"use_l2_norm\":true", "\"use_l2_norm\":\"yes\"", "use_l2_norm")]
    [DataRow("\"use_l2_norm\":true,", "", "use_l2_norm")]
    [DataRow("\"token_size\":12", "\"token_size\":12,\"quantize_mode\":\"vae\"", "finetune_decoder")]
    [DataRow("\"token_size\":12", "\"token_size\":12,\"is_legacy\":false", "is_legacy")]
    [DataRow("\"token_size\":12", "\"token_size\":12,\"quantize_mode\":\"fsq\"", "quantize_mode")]
    [DataRow("\"token_size\":12", "\"token_size\":2000000000", "token_size")]
    public void A_bad_setting_is_named(string published, string changed, string named)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => Read(Published.Replace(published, changed, StringComparison.Ordinal)));

        Assert.AreEqual(CheckpointError.BadConfig, error.Error);
        StringAssert.Contains(error.Message, named);
    }

    [TestMethod]
    public void Each_family_takes_its_own_configs_and_leaves_the_others()
    {
        foreach (OneDPiecePreset preset in OneDPiecePresets.All)
            Assert.AreEqual(preset.Config.Family, ModelFamilies.Of(preset.Config.ToModelConfig()).Name, preset.Name);
        foreach (string other in new[] { "{}", """{"model":[]}""", """{"model":{"vq_model":3}}""", """{"proxy":{}}""" })
            Assert.IsFalse(OneDPieceFamily.TiTok.Recognizes(ModelConfig.FromJson(Encoding.UTF8.GetBytes(other))), other);
    }

    [TestMethod]
    public void A_continuous_model_is_refused_as_a_tokenizer_in_one_clear_line()
    {
        ModelConfig config = OneDPiecePresets.Find("titok-bl64-vae-c16")!.Config.ToModelConfig();

        var error = Assert.ThrowsExactly<CheckpointException>(() => OneDPieceFamily.TiTok.Describe(config, new string('0', 64)));

        Assert.AreEqual(CheckpointError.Unsupported, error.Error);
        StringAssert.Contains(error.Message, "continuous");
    }

    private static OneDPieceConfig Read(string json) => OneDPieceConfig.Read(ModelConfig.FromJson(Encoding.UTF8.GetBytes(json)));
}
