using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Tokens [..., D] to features [..., d] after a trunk.</summary>
internal abstract class TokenHead(string name) : Module<Tensor, Tensor>(name)
{
    /// <summary>The head that a config describes.</summary>
    public static TokenHead Of(int width, int features, FlexHeadConfig config) =>
        config.Layers == 1 ? new LinearHead(width, features, config) : new MlpHead(width, features, config);

    /// <summary>The published start: all features zero.</summary>
    public abstract void Initialize(Generator generator);
}
