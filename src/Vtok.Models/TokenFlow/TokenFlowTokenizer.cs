using Vtok.Streams;

namespace Vtok.Models.TokenFlow;

/// <summary>TokenFlow: a square picture to the ids of growing grids and back; every prefix of whole scales is a coarser picture.</summary>
/// <remarks>One index has two readings: what the picture means (<see cref="SemanticFeatures"/>) and how it looks (<see cref="PixelFeatures"/>).</remarks>
public sealed class TokenFlowTokenizer : ITokenizerModel, IFeatureTokenizer
{
    private readonly Dictionary<string, Func<Tensor, Tensor>> _readings;
    private readonly TokenFlowNetwork _network;

    /// <summary>Wraps a network whose weights are loaded.</summary>
    /// <param name="network">The network; owned from now on.</param>
    /// <param name="info">Description of the tokens.</param>
    /// <param name="device">Where the weights are.</param>
    public TokenFlowTokenizer(TokenFlowNetwork network, TokenizerInfo info, Device device)
    {
        (_network, Info, Device) = (network, info, device);
        _network.eval();
        _readings = new() { ["semantic"] = SemanticFeatures, ["pixel"] = PixelFeatures, ["joint"] = JointFeatures, ["teacher"] = TeacherFeatures };
    }

    /// <inheritdoc/>
    public TokenizerInfo Info { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <summary>The network, owned by this tokenizer. Its quantizer's weights may be changed between pictures.</summary>
    public TokenFlowNetwork Network => _network;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pictures or the number of tokens do not fit the model.</exception>
    public Tensor Encode(Tensor pictures, EncodeOptions? options = null)
    {
        int scales = _network.Config.Scales.ScalesIn(options?.Tokens ?? _network.Config.Scales.Tokens);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor centred = pictures.to(ScalarType.Float32, Device) * 2 - 1; // [B, 3, S, S]
        return _network.Ids(_network.Features(centred).Joint(), scales).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Ids that end inside a scale or lie outside the codebook, or a look, which there is none of.</exception>
    public Tensor Decode(Tensor ids, DecodeOptions? options = null)
    {
        ModelInput.RequireNoLook(options);
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return ((_network.DecodePixels(Map(ids)) + 1) / 2).MoveToOuterDisposeScope();
    }

    /// <summary>What the tokens mean: int64 [B, T] to the summed semantic codes [B, g^2, 32], row by row.</summary>
    /// <exception cref="ArgumentException">Ids that end inside a scale or lie outside the codebook.</exception>
    public Tensor SemanticFeatures(Tensor ids) => Rows(ids, 0, _network.Config.SemanticCodeDimension);

    /// <summary>How the tokens look: int64 [B, T] to the summed pixel codes [B, g^2, 8], row by row.</summary>
    /// <exception cref="ArgumentException">Ids that end inside a scale or lie outside the codebook.</exception>
    public Tensor PixelFeatures(Tensor ids) => Rows(ids, _network.Config.SemanticCodeDimension, _network.Config.PixelCodeDimension);

    /// <summary>What understanding models read, both codes side by side, semantic first: int64 [B, T] to [B, g^2, 40].</summary>
    /// <exception cref="ArgumentException">Ids that end inside a scale or lie outside the codebook.</exception>
    public Tensor JointFeatures(Tensor ids) => Rows(ids, 0, _network.Quantizer.CodeDimension);

    /// <summary>The semantic decoder's guess of the teacher's features: int64 [B, T] to [B, g^2, out].</summary>
    /// <exception cref="ArgumentException">Ids that end inside a scale or lie outside the codebook.</exception>
    public Tensor TeacherFeatures(Tensor ids)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return _network.DecodeSemantics(Map(ids)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FeatureKinds => [.. _readings.Keys];

    /// <inheritdoc/>
    public Tensor Features(Tensor ids, string kind, FeatureOptions? options = null) => _readings.TryGetValue(kind, out Func<Tensor, Tensor>? read) ? read(ids)
        : throw new ArgumentException($"features \"{kind}\", expected one of {string.Join(", ", FeatureKinds)}", nameof(kind));

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private Tensor Rows(Tensor ids, int first, int count)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return Map(ids).narrow(1, first, count).flatten(2).transpose(1, 2).contiguous().MoveToOuterDisposeScope();
    }

    private Tensor Map(Tensor ids)
    {
        if (ids.ndim != 2 || ids.dtype != ScalarType.Int64)
            throw new ArgumentException($"ids {ids.dtype} [{string.Join(", ", ids.shape)}], expected int64 [B, T]", nameof(ids));
        Tensor own = ids.to(Device);
        ModelInput.RequireRange(own, _network.Config.Quantizer.CodebookSize);
        return _network.Map(own);
    }
}
