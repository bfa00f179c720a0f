using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>BERT whose queries read an encoder's states through cross attention (BLIP-2, arXiv 2301.12597), causal for SEED (arXiv 2307.08041, section 3.2).</summary>
/// <remarks>Keys below "bert": embeddings.{position_ids, LayerNorm}, encoder.layer.i; with text also embeddings.{word_embeddings, position_embeddings}.</remarks>
public sealed class QFormer : Module<Tensor, Tensor, Tensor>
{
    /// <summary>The number of queries for which self-attention is causal.</summary>
    /// <remarks>Quirk: causality hangs on this number in the published code; with any other number of queries attention is bidirectional.
    /// Making it an option would silently change the reverse Q-Formers, which have 1 or 77.</remarks>
    public const int CausalQueries = 32;

    private const double Hidden = -10000; // added to scores that a mask hides, as BERT does

    [ComponentName(Name = "bert")] private readonly QFormerBody _body;

    /// <summary>Creates the network with undefined values.</summary>
    /// <exception cref="ArgumentException">The settings are out of range.</exception>
    public QFormer(QFormerConfig config) : base(nameof(QFormer))
    {
        config.Validate();
        Config = config;
        _body = new QFormerBody(config);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public QFormerConfig Config { get; }

    /// <summary>Queries [B, M, C] on the encoder's states [B, N, E]: the last layer's states [B, M, C]. Causal exactly for 32 queries.</summary>
    public override Tensor forward(Tensor queries, Tensor states) => Read(queries, states);

    /// <summary>As <see cref="forward"/>, with a mask over the states.</summary>
    /// <param name="queries">[B, M, C].</param>
    /// <param name="states">[B, N, E].</param>
    /// <param name="stateMask">[B, N], 0 hides a state; null shows all.</param>
    /// <param name="layers">Receives the embedding output and the output of every layer; null for none. They are the caller's.</param>
    public Tensor Read(Tensor queries, Tensor states, Tensor? stateMask = null, ICollection<Tensor>? layers = null)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = (int)queries.size(1);
        Tensor? own = count == CausalQueries ? Causal(count, queries) : null;                           // [1, 1, M, M]
        Tensor? cross = stateMask is null ? null : ((1 - stateMask.to(queries.dtype)) * float.MinValue)[.., TensorIndex.None, TensorIndex.None, ..]; // [B, 1, 1, N]
        return _body.Run(_body.Embed(queries, null), count, own, states, cross, layers).MoveToOuterDisposeScope();
    }

    /// <summary>Text alone, bidirectional and without cross attention: word pieces to states [B, T, C].</summary>
    /// <param name="ids">int64 [B, T].</param>
    /// <param name="mask">[B, T], 0 hides a padded position; null shows all.</param>
    /// <exception cref="InvalidOperationException">The network has no text path.</exception>
    /// <exception cref="ArgumentException">More positions than the table has.</exception>
    public Tensor ReadText(Tensor ids, Tensor? mask = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? own = mask is null ? null : Additive(mask)[.., TensorIndex.None, TensorIndex.None, ..]; // [B, 1, 1, T]
        return _body.Run(_body.Embed(null, ids), 0, own, null, null, null).MoveToOuterDisposeScope();
    }

    /// <summary>Queries in front of text, both through the network: [B, M+T, C].</summary>
    /// <remarks>With 32 queries these see each other causally and all of the text; the text sees everything.</remarks>
    /// <param name="queries">[B, M, C].</param>
    /// <param name="ids">int64 [B, T].</param>
    /// <param name="mask">[B, M+T], 0 hides a position; null shows all.</param>
    /// <param name="states">[B, N, E], read by the queries alone.</param>
    /// <exception cref="InvalidOperationException">The network has no text path.</exception>
    public Tensor ReadBoth(Tensor queries, Tensor ids, Tensor? mask, Tensor states)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = (int)queries.size(1);
        long length = count + ids.size(1);
        Tensor visible = ones([1, 1, length, length], queries.dtype, queries.device);
        if (count == CausalQueries)
            visible[.., .., ..count, ..count] = tril(ones([count, count], queries.dtype, queries.device));
        if (mask is not null)
            visible = visible * mask.to(queries.dtype)[.., TensorIndex.None, TensorIndex.None, ..];     // [B, 1, M+T, M+T]
        return _body.Run(_body.Embed(queries, ids), count, Additive(visible), states, null, null).MoveToOuterDisposeScope();
    }

    /// <summary>Normal draws of BERT's deviation, biases zero.</summary>
    public void Initialize(Generator generator) => _body.Initialize(generator);

    private static Tensor Causal(int count, Tensor like) => Additive(tril(ones([count, count], like.dtype, like.device)))[TensorIndex.None, TensorIndex.None, .., ..];

    private static Tensor Additive(Tensor visible) => (1 - visible.to(ScalarType.Float32)) * Hidden;
}
