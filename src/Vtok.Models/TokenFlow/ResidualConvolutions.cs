using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;
using Conv2d = Vtok.Models.Layers.Conv2d;

namespace Vtok.Models.TokenFlow;

/// <summary>Convolutions that smooth each scale's codes, a few shared by all scales (VAR's phi); off in every published model.</summary>
/// <remarks>Keys: vqkd_quant_resi.qresi_ls.{i}, vqgan_quant_resi.qresi_ls.{i}.</remarks>
internal sealed class ResidualConvolutions : Module<Tensor, Tensor>
{
    [ComponentName(Name = "vqkd_quant_resi")] private readonly SharedConvolutions _semantic;
    [ComponentName(Name = "vqgan_quant_resi")] private readonly SharedConvolutions _pixel;
    private readonly double[] _ticks;
    private readonly double _ratio;
    private readonly int _semanticChannels, _pixelChannels;

    /// <summary>Creates the layers.</summary>
    /// <param name="config">Channels of both halves.</param>
    /// <param name="ratio">Share of the convolution in the result (quant_resi).</param>
    /// <param name="count">Convolutions a half (share_quant_resi).</param>
    public ResidualConvolutions(SharedQuantizerConfig config, double ratio, int count) : base(nameof(ResidualConvolutions))
    {
        (_semanticChannels, _pixelChannels, _ratio) = (config.SemanticDimension, config.PixelDimension, ratio);
        _semantic = new SharedConvolutions(_semanticChannels, count);
        _pixel = new SharedConvolutions(_pixelChannels, count);
        // The order of operations is the published one: for an odd number of scales the middle lies between two ticks, and rounding decides.
        double first = 1.0 / (count == 4 ? 3 : 2) / count, step = (1 - first - first) / Math.Max(1, count - 1); // the ticks of four reach further out
        _ticks = [.. Enumerable.Range(0, count).Select(i => first + i * step)];
        RegisterComponents();
    }

    /// <summary>Smooths the codes of scale <paramref name="index"/> of <paramref name="scales"/>: [B, C, g, g] to the same.</summary>
    public Tensor Apply(Tensor map, int index, int scales)
    {
        using DisposeScope scope = NewDisposeScope();
        double at = index / (double)Math.Max(1, scales - 1);
        int nearest = Enumerable.Range(0, _ticks.Length).MinBy(i => Math.Abs(_ticks[i] - at)); // the first of equals
        Tensor smooth = cat([
            _semantic[nearest].call(map.narrow(1, 0, _semanticChannels)),
            _pixel[nearest].call(map.narrow(1, _semanticChannels, _pixelChannels))], 1);
        return (map * (1 - _ratio) + smooth * _ratio).MoveToOuterDisposeScope();
    }

    /// <summary>As for the first scale.</summary>
    public override Tensor forward(Tensor input) => Apply(input, 0, 1);
}

/// <summary>The convolutions of one half. Key: qresi_ls.</summary>
internal sealed class SharedConvolutions : Module<Tensor, Tensor>
{
    [ComponentName(Name = "qresi_ls")] private readonly ModuleList<Conv2d> _layers;

    public SharedConvolutions(int channels, int count) : base(nameof(SharedConvolutions))
    {
        _layers = new ModuleList<Conv2d>([.. Enumerable.Range(0, count).Select(_ => new Conv2d(channels, channels, 3, padding: 1))]);
        RegisterComponents();
    }

    public Conv2d this[int index] => _layers[index];

    public override Tensor forward(Tensor input) => _layers[0].call(input);
}
