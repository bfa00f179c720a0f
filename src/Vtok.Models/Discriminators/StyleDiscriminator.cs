using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>StyleGAN's discriminator (arXiv 1912.04958) without its batch statistics: [B, 3, S, S] in -1..1 to one logit a picture [B, 1].</summary>
/// <remarks>Keys: blocks.0 (convolution), blocks.2, ... (halvings), final_conv.0, final_linear.0 and .2.</remarks>
public sealed class StyleDiscriminator : Module<Tensor, Tensor>
{
    private const int LastSide = 4;

    [ComponentName(Name = "blocks")] private readonly TorchSharp.Modules.Sequential _blocks;
    [ComponentName(Name = "final_conv")] private readonly TorchSharp.Modules.Sequential _last;
    [ComponentName(Name = "final_linear")] private readonly TorchSharp.Modules.Sequential _logits;
    private readonly int _side;

    /// <summary>Creates the network; its values are undefined until loaded or <see cref="Initialize"/>d.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public StyleDiscriminator(StyleDiscriminatorConfig config) : base(nameof(StyleDiscriminator))
    {
        config.Validate();
        _side = config.PictureSide;
        List<Module<Tensor, Tensor>> blocks = [new Conv2d(config.PictureChannels, config.Channels[_side], 3, padding: 1), LeakyReLU(PatchDiscriminator.Slope)];
        for (int side = _side; side > LastSide; side /= 2)
            blocks.Add(new StyleDiscriminatorBlock(config.Channels[side], config.Channels[side / 2]));
        int width = config.Channels[LastSide];
        _blocks = Sequential(blocks);
        _last = Sequential(new Conv2d(width, width, 3, padding: 1), LeakyReLU(PatchDiscriminator.Slope));
        _logits = Sequential(new Linear(width * LastSide * LastSide, width), LeakyReLU(PatchDiscriminator.Slope), new Linear(width, 1));
        RegisterComponents();
    }

    /// <summary>Draws all weights: the framework's default.</summary>
    public void Initialize(Generator generator)
    {
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
            convolution.Initialize(generator);
        foreach (Linear linear in modules().OfType<Linear>())
            linear.Initialize(generator);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pictures have another size.</exception>
    public override Tensor forward(Tensor input)
    {
        if (input.ndim != 4 || input.size(2) != _side || input.size(3) != _side)
            throw new ArgumentException($"pictures [{string.Join(", ", input.shape)}], expected [B, C, {_side}, {_side}]", nameof(input));
        using DisposeScope scope = NewDisposeScope();
        Tensor map = _last.call(_blocks.call(input)); // [B, C, 4, 4]
        return _logits.call(map.flatten(1)).MoveToOuterDisposeScope();
    }
}
