using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.TokenFlow;

/// <summary>The bridge from joint features to a language model (mlp2x_gelu): [B, N, 40] to [B, N, hidden]. Keys: mm_projector.0, mm_projector.2.</summary>
public sealed class LanguageProjector : Module<Tensor, Tensor>
{
    [ComponentName(Name = "mm_projector")] private readonly TwoLayerHead _layers;

    /// <summary>Creates the layer; values are undefined until loaded.</summary>
    /// <param name="features">Channels of the joint features, both codebooks together.</param>
    /// <param name="hidden">Width of the language model.</param>
    public LanguageProjector(int features, int hidden) : base(nameof(LanguageProjector))
    {
        _layers = new TwoLayerHead(features, hidden, hidden, Activation.Gelu);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor features) => _layers.call(features);
}
