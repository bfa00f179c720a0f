using Vtok.Models.Perceptual;
using Vtok.Models.Weights;

namespace Vtok.Training.Losses;

/// <summary>A perceptual distance for training, chosen by name: the MobileNetV2 distance that ships, or those of user-supplied weights.</summary>
public sealed class PictureDistance : IDisposable
{
    /// <summary>Name of the distance that ships.</summary>
    public const string MobileNet = "mobilenetv2";

    private readonly Func<Tensor, Tensor, IReadOnlyList<Generator>?, Tensor> _distance;
    private readonly bool _unit; // the network reads 0..1; else -1..1
    private readonly IDisposable? _owned;

    /// <summary>Wraps a distance.</summary>
    /// <param name="distance">Reconstructions and pictures [B, 3, H, W] in -1..1 to distances of any shape.</param>
    /// <param name="owned">Disposed with this object.</param>
    public PictureDistance(Func<Tensor, Tensor, Tensor> distance, IDisposable? owned = null) : this((x, y, _) => distance(x, y), unit: false, owned)
    {
    }

    private PictureDistance(Func<Tensor, Tensor, IReadOnlyList<Generator>?, Tensor> distance, bool unit, IDisposable? owned) =>
        (_distance, _unit, _owned) = (distance, unit, owned);

    /// <summary>Opens a distance.</summary>
    /// <param name="settings">Which one, and where its weights are.</param>
    /// <param name="device">Where it computes.</param>
    /// <returns>null when none is wanted.</returns>
    /// <exception cref="CheckpointException">Weights are missing, or of another network; the message names their places in the recipe.</exception>
    public static PictureDistance? Open(PictureDistanceSettings settings, Device device)
    {
        if (settings.Name == "none")
            return null;
        settings.CheckFiles();
        try
        {
            return settings.Mixture is { } mixture ? Of(Load(mixture, settings, device)) : OfMobileNet(settings.MobileNetFolder, device);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException(e.Error, $"{settings.Places}: {e.Message}", e);
        }
    }

    /// <summary>The mean distance, a scalar; gradients flow to both.</summary>
    /// <param name="reconstruction">[B, 3, H, W] in -1..1.</param>
    /// <param name="pictures">The same shape.</param>
    /// <param name="dropout">Source of the draws of each picture, for LPIPS with dropout; null without. No other distance has any.</param>
    public Tensor Between(Tensor reconstruction, Tensor pictures, IReadOnlyList<Generator>? dropout = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return (_unit ? _distance((reconstruction + 1) / 2, (pictures + 1) / 2, dropout) : _distance(reconstruction, pictures, dropout)).mean().MoveToOuterDisposeScope();
    }

    /// <summary>The same of pictures [B, 3, H, W] in 0..1.</summary>
    public Tensor BetweenUnit(Tensor reconstruction, Tensor pictures)
    {
        using DisposeScope scope = NewDisposeScope();
        return (_unit ? _distance(reconstruction, pictures, null) : _distance(reconstruction * 2 - 1, pictures * 2 - 1, null)).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => _owned?.Dispose();

    /// <summary>Wraps a mixture, which the result owns.</summary>
    internal static PictureDistance Of(PerceptualMixture loss) => new((x, y, dropout) => dropout is null ? loss.call(x, y) : loss.WithDropout(x, y, dropout), unit: true, loss);

    private static PictureDistance OfMobileNet(string folder, Device device)
    {
        MobileNetV2 network = MobileNetV2.Open(folder, device);
        return new PictureDistance(new MobileNetDistance(network).Distance, network);
    }

    private static PerceptualMixture Load(PerceptualMixtureConfig mixture, PictureDistanceSettings settings, Device device)
    {
        using IWeightSource? convNext = mixture.ConvNext is null ? null : WeightFiles.OpenPath(settings.ConvNext!);
        using IWeightSource? backbone = mixture.Lpips is null ? null : WeightFiles.OpenPath(settings.Backbone!);
        using IWeightSource? heads = mixture.Lpips is null ? null : WeightFiles.OpenPath(settings.Heads!);
        return PerceptualMixture.Load(mixture, convNext, backbone, heads, device);
    }
}
