using TorchSharp;
using Vtok.Models;
using Vtok.Streams;
using Vtok.Torch;
using static TorchSharp.torch;

namespace Vtok.Codec.Tests;

/// <summary>A tokenizer that loses nothing: one token a sample, R G B of each pixel in reading order; missing ones decode to grey.</summary>
internal sealed class IdentityModel : ITokenizerModel, IFeatureTokenizer
{
    public const int Side = 16;
    public const int Tokens = Side * Side * 3;

    public IdentityModel(TokenizerInfo? info = null)
    {
        NativeTorch.Load();
        Info = info ?? Describe("identity");
    }

    public TokenizerInfo Info { get; }

    public Device Device => CPU;

    /// <summary>Sizes of the batches that went through.</summary>
    public List<long> Batches { get; } = [];

    /// <summary>What the last decoding was asked for.</summary>
    public DecodeOptions? Asked { get; private set; }

    public bool Disposed { get; private set; }

    public IReadOnlyList<string> FeatureKinds => ["half", "twice"];

    public Tensor Features(Tensor ids, string kind, FeatureOptions? options = null) => ids.unsqueeze(-1).mul(kind == "half" ? 0.5f : 2f); // [B, n, 1]

    public static TokenizerInfo Describe(string name, char weights = '0', TokenOrder order = TokenOrder.Nested) => new()
    {
        Name = name,
        Family = "identity",
        Order = order,
        Vocabulary = new ImageVocabulary(new VocabularyRun(256, Tokens)),
        Lengths = order == TokenOrder.Nested ? [1, Tokens] : [Tokens],
        NativeWidth = Side,
        NativeHeight = Side,
        Preprocessing = new ImagePreprocessing { Filter = "bicubic" },
        Weights = new string(weights, 64),
    };

    public Tensor Encode(Tensor pictures, EncodeOptions? options = null)
    {
        Batches.Add(pictures.size(0));
        using DisposeScope scope = NewDisposeScope();
        Tensor ids = pictures.mul(255f).round().permute(0, 2, 3, 1).flatten(1).to(ScalarType.Int64); // [B, 768]
        return ids.narrow(1, 0, options?.Tokens ?? Tokens).contiguous().MoveToOuterDisposeScope();
    }

    public Tensor Decode(Tensor ids, DecodeOptions? options = null)
    {
        Asked = options;
        if (Info.Order == TokenOrder.Causal) // as families that leave pixels to a diffusion model
            throw new PixelsUnavailableException();
        if (options?.Look is not (null or "faithful"))
            throw new ArgumentException($"look {options.Look}: expected faithful", nameof(options));
        Batches.Add(ids.size(0));
        using DisposeScope scope = NewDisposeScope();
        Tensor all = full([ids.size(0), Tokens], 128f);
        all.narrow(1, 0, ids.size(1)).copy_(ids);
        return all.view(-1, Side, Side, 3).permute(0, 3, 1, 2).div(255f).MoveToOuterDisposeScope(); // [B, 3, 16, 16]
    }

    public void Dispose() => Disposed = true;
}
