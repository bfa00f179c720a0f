using System.Text;
using Vtok.Models.FlexTok;
using Vtok.Models.LlamaGen;
using Vtok.Models.OneDPiece;
using Vtok.Models.Residual;
using Vtok.Models.Seed;
using Vtok.Models.Tests.FlexTok;
using Vtok.Models.Tests.Lavit;
using Vtok.Models.Tests.LlamaGen;
using Vtok.Models.Tests.OneDPiece;
using Vtok.Models.Tests.Residual;
using Vtok.Models.Tests.Seed;
using Vtok.Models.Tests.TokenFlow;
using Vtok.Models.TokenFlow;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

/// <summary>One tiny model of every family, as a model folder holds it.</summary>
internal static class TinyFamilies
{
    /// <summary>The families' names, as <see cref="IModelFamily.Name"/>.</summary>
    public static IEnumerable<object[]> Names => ModelFamilies.All.Select(family => new object[] { family.Name });

    public static ModelConfig Config(string family) => family switch
    {
        "one-d-piece" => TinyModels.Nested.ToModelConfig(),
        "titok" => TinyModels.OneStage.ToModelConfig(),
        ProxyTokenizerFamily.FamilyName => ModelConfig.FromJson("""
            {"proxy":{"num_embeddings":20,"z_channels":6,"hidden_channels":8,"channel_mult":[1,1,2,2],"num_resolutions":4,"num_res_blocks":1,"norm_groups":4,"resolution":32}}
            """u8),
        "residual" => ModelConfig.FromJson(Encoding.UTF8.GetBytes(TinyBooks.Config.ToJson().ToJsonString())),
        "flextok" => FlexTokTreeWriter.Write(TinyFlexTok.Config),
        "llamagen" => Vtok.Models.LlamaGen.PublishedConfig.Write(TinyLlamaGen.Config),
        "tokenflow" => TinyTokenFlow.Config(TinyTokenFlow.Clip),
        "seed" => TinySeed.Published,
        "lavit" => TinyLavit.ModelConfig,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "has no tiny model yet"),
    };

    /// <summary>The weights under their published names; the caller's scope owns what is no module's.</summary>
    public static IReadOnlyDictionary<string, Tensor> Weights(string family) => family switch
    {
        "one-d-piece" => TinyModels.Network(TinyModels.Nested).state_dict(),
        "titok" => TinyModels.Network(TinyModels.OneStage).state_dict(),
        ProxyTokenizerFamily.FamilyName => TinyModels.ProxyNetwork().state_dict(),
        "residual" => TinyBooks.Create().ToTensors(),
        "flextok" => TinyFlexTok.Network().state_dict(),
        "llamagen" => TinyLlamaGen.Network().state_dict(),
        "tokenflow" => TinyTokenFlow.Network(Config(family)).state_dict(),
        "seed" => TinySeed.Network().state_dict(),
        "lavit" => TinyLavit.Tensors(),
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "has no tiny model yet"),
    };
}
