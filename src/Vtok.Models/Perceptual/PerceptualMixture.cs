using TorchSharp.Utils;
using Vtok.Models.Weights;
using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Perceptual;

/// <summary>TiTok's perceptual loss for pictures [B, 3, H, W] in 0..1: ConvNeXt logits, LPIPS, or their weighted mean (arXiv 2406.07550, 2501.07730). Frozen.</summary>
/// <remarks>Keys: convnext, lpips. The weights come from the user: none ship.</remarks>
public sealed class PerceptualMixture : Module<Tensor, Tensor, Tensor>
{
    private const int Side = 224;
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];

    [ComponentName(Name = "lpips")] private readonly LpipsLoss? _lpips;
    [ComponentName(Name = "convnext")] private readonly ConvNext? _convNext;
    private readonly PerceptualMixtureConfig _config;

    /// <summary>Creates the loss; its values are undefined until loaded.</summary>
    /// <param name="config">Parts and weights, at least one part.</param>
    /// <param name="convNext">Shape of the ConvNeXt; null for ConvNeXt-S.</param>
    /// <param name="lpipsWidths">Channels of the slices of LPIPS's backbone; null for the published ones.</param>
    public PerceptualMixture(PerceptualMixtureConfig config, ConvNextConfig? convNext = null, IReadOnlyList<int>? lpipsWidths = null) : base(nameof(PerceptualMixture))
    {
        if (config is { Lpips: null, ConvNext: null })
            throw new ArgumentException("a perceptual loss of no part", nameof(config));
        _config = config;
        _lpips = config.Lpips is null ? null : config.Alex ? new LpipsAlex(lpipsWidths) : new LpipsVgg(lpipsWidths);
        _convNext = config.ConvNext is null ? null : new ConvNext(convNext ?? ConvNextConfig.Small);
        RegisterComponents();
        foreach (TorchSharp.Modules.Parameter parameter in parameters())
            parameter.requires_grad = false;
    }

    /// <summary>Creates the loss with the weights that torchvision and LPIPS publish.</summary>
    /// <param name="config">Parts and weights.</param>
    /// <param name="convNext">ConvNeXt-S as torchvision names it; read only where that part is in the mixture.</param>
    /// <param name="backbone">VGG16 or AlexNet as torchvision names it; read only where LPIPS is in the mixture.</param>
    /// <param name="heads">LPIPS's linear layers; read only where LPIPS is in the mixture.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="CheckpointException">A file is missing, or of another network.</exception>
    public static PerceptualMixture Load(PerceptualMixtureConfig config, IWeightSource? convNext, IWeightSource? backbone, IWeightSource? heads, Device? device = null)
    {
        var mixture = new PerceptualMixture(config);
        try
        {
            if (mixture._convNext is { } network)
                WeightLoader.Load(network, convNext ?? throw Missing("ConvNeXt-S"), device);
            if (mixture._lpips is { } lpips)
                WeightLoader.Load(lpips, new LpipsWeights(backbone ?? throw Missing(config.Alex ? "AlexNet" : "VGG16"), heads ?? throw Missing("LPIPS's linear layers"), lpips), device);
            return mixture;
        }
        catch
        {
            mixture.Dispose();
            throw;
        }
    }

    /// <summary>Pictures at ConvNeXt's size [B, 3, 224, 224], whatever their shape; antialiased where they shrink.</summary>
    public static Tensor Resize(Tensor pictures) => AntialiasedResize.Apply(pictures, Side, Side);

    /// <summary>ConvNeXt's class logits [B, classes].</summary>
    /// <exception cref="InvalidOperationException">It is not in the mixture.</exception>
    public Tensor Logits(Tensor pictures)
    {
        ConvNext network = _convNext ?? throw new InvalidOperationException("there is no ConvNeXt in this mixture");
        using IDisposable? full = Autocast.Suspend(pictures.device_type);
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = tensor(Mean, device: pictures.device).view(1, 3, 1, 1), deviation = tensor(Deviation, device: pictures.device).view(1, 3, 1, 1);
        return network.call((Resize(pictures.to(ScalarType.Float32)) - mean) / deviation).MoveToOuterDisposeScope();
    }

    /// <summary>LPIPS of each pair [B, 1, 1, 1].</summary>
    /// <exception cref="InvalidOperationException">It is not in the mixture.</exception>
    public Tensor Lpips(Tensor x, Tensor y) => Lpips(x, y, null);

    private Tensor Lpips(Tensor x, Tensor y, IReadOnlyList<Generator>? dropout)
    {
        LpipsLoss network = _lpips ?? throw new InvalidOperationException("there is no LPIPS in this mixture");
        using DisposeScope scope = NewDisposeScope();
        Tensor a = x * 2 - 1, b = y * 2 - 1;
        return (dropout is null ? network.call(a, b) : network.WithDropout(a, b, dropout)).MoveToOuterDisposeScope();
    }

    /// <summary>The distance as published: [B, 1, 1, 1] with LPIPS in the mixture, else a scalar. Its mean is the loss.</summary>
    public override Tensor forward(Tensor x, Tensor y) => Distance(x, y, null);

    /// <summary>The same with <see cref="LpipsLoss.WithDropout"/> in the place of LPIPS.</summary>
    /// <param name="x">[B, 3, H, W] in 0..1.</param>
    /// <param name="y">The same shape.</param>
    /// <param name="generators">Source of the draws of each picture.</param>
    public Tensor WithDropout(Tensor x, Tensor y, IReadOnlyList<Generator> generators) => Distance(x, y, generators);

    private Tensor Distance(Tensor x, Tensor y, IReadOnlyList<Generator>? dropout)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? lpips = _config.Lpips is { } a ? Lpips(x, y, dropout) * a : null;
        Tensor? logits = _config.ConvNext is { } b ? functional.mse_loss(Logits(x), Logits(y)) * b : null;
        Tensor sum = lpips is null ? logits! : logits is null ? lpips : lpips + logits;
        return (sum / ((_config.Lpips ?? 0) + (_config.ConvNext ?? 0))).MoveToOuterDisposeScope();
    }

    private static CheckpointException Missing(string what) =>
        new(CheckpointError.Missing, $"the perceptual loss needs the weights of {what}: none ship, name the file in the recipe's settings");
}
