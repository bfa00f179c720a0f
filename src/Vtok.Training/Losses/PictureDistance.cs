using Vtok.Models.Perceptual;
using Vtok.Models.Weights;

namespace Vtok.Training.Losses;

/// <summary>A perceptual distance for training, chosen by name: the MobileNetV2 distance that ships, or those of user-supplied weights.</summary>
public sealed class PictureDistance : IDisposable
{
    /// <summary>Name of the distance that ships.</summary>
    public const string MobileNet = "mobilenetv2";

    private readonly Func<Tensor, Tensor, IReadOnlyList<Generator>?, Tensor> _distance;
    private readonly IDisposable? _owned;

    /// <summary>Wraps a distance.</summary>
    /// <param name="distance">Reconstructions and pictures [B, 3, H, W] in -1..1 to distances of any shape.</param>
    /// <param name="owned">Disposed with this object.</param>
    public PictureDistance(Func<Tensor, Tensor, Tensor> distance, IDisposable? owned = null) : this((x, y, _) => distance(x, y), owned)
    {
    }

    private PictureDistance(Func<Tensor, Tensor, IReadOnlyList<Generator>?, Tensor> distance, IDisposable? owned) => (_distance, _owned) = (distance, owned);

    /// <summary>Opens a distance.</summary>
    /// <param name="settings">Which one, and where its weights are.</param>
    /// <param name="device">Where it computes.</param>
    /// <returns>null when none is wanted.</returns>
    /// <exception cref="CheckpointException">Weights are missing, or of another network.</exception>
    public static PictureDistance? Open(PictureDistanceSettings settings, Device device)
    {
        if (settings.Name == MobileNet)
        {
            MobileNetV2 network = MobileNetV2.Open(settings.MobileNetFolder, device);
            return new PictureDistance(new MobileNetDistance(network).Distance, network);
        }
        if (PerceptualMixtureConfig.Parse(settings.Name) is not { } mixture)
            return null;
        using IWeightSource? convNext = Find(settings.ConvNext), backbone = Find(settings.Backbone), heads = Find(settings.Heads);
        PerceptualMixture loss = PerceptualMixture.Load(mixture, convNext, backbone, heads, device);
        return Of(loss);
    }

    /// <summary>The mean distance, a scalar; gradients flow to both.</summary>
    /// <param name="reconstruction">[B, 3, H, W] in -1..1.</param>
    /// <param name="pictures">The same shape.</param>
    /// <param name="dropout">Source of the draws of each picture, for LPIPS with dropout; null without. No other distance has any.</param>
    public Tensor Between(Tensor reconstruction, Tensor pictures, IReadOnlyList<Generator>? dropout = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return _distance(reconstruction, pictures, dropout).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => _owned?.Dispose();

    /// <summary>Wraps a mixture, which the result owns.</summary>
    internal static PictureDistance Of(PerceptualMixture loss) => new((x, y, dropout) => dropout is null
        ? loss.call((x + 1) / 2, (y + 1) / 2)
        : loss.WithDropout((x + 1) / 2, (y + 1) / 2, dropout), loss);

    private static IWeightSource? Find(string? path) => path is null ? null : WeightFiles.OpenPath(path);
}
