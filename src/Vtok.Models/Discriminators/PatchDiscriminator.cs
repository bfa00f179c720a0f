using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Discriminators;

/// <summary>PatchGAN (arXiv 1611.07004): [B, 3, H, W] in -1..1 to one logit for each overlapping patch [B, 1, h, w].</summary>
/// <remarks>Keys: main.0, main.2, ... Each forward pass in training mode moves the statistics of batch norm.</remarks>
public sealed class PatchDiscriminator : Module<Tensor, Tensor>
{
    internal const double Slope = 0.2; // of every leaky ReLU

    private const int Kernel = 4;
    private const int MostMultiple = 8; // of the first width
    private const double Deviation = 0.02; // of the published start

    [ComponentName(Name = "main")] private readonly TorchSharp.Modules.Sequential _main;

    /// <summary>Creates the network; its convolutions are undefined until loaded or <see cref="Initialize"/>d.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The settings are out of range.</exception>
    public PatchDiscriminator(PatchDiscriminatorConfig config) : base(nameof(PatchDiscriminator))
    {
        config.Validate();
        int Width(int layer) => config.Channels * Math.Min(1 << layer, MostMultiple);
        List<Module<Tensor, Tensor>> layers = [new Conv2d(config.PictureChannels, config.Channels, Kernel, stride: 2, padding: 1), LeakyReLU(Slope)];
        for (int n = 1; n <= config.Layers; n++)
            layers.AddRange(
                new Conv2d(Width(n - 1), Width(n), Kernel, stride: n < config.Layers ? 2 : 1, padding: 1, bias: config.ActNorm),
                config.ActNorm ? new ActNorm(Width(n)) : BatchNorm2d(Width(n)),
                LeakyReLU(Slope));
        layers.Add(new Conv2d(Width(config.Layers), 1, Kernel, padding: 1));
        _main = Sequential(layers);
        RegisterComponents();
    }

    /// <summary>Draws all weights as published.</summary>
    public void Initialize(Generator generator)
    {
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
        {
            convolution.Initialize(generator); // the bias keeps the framework's start
            Initialization.Normal(convolution.get_parameter("weight")!, Deviation, generator);
        }
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (TorchSharp.Modules.BatchNorm2d norm in modules().OfType<TorchSharp.Modules.BatchNorm2d>())
            norm.weight!.detach().normal_(1, Deviation, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _main.call(input).MoveToOuterDisposeScope();
    }
}
