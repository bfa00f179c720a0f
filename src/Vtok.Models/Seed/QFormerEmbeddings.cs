using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>Queries and word pieces to rows: text gets word and position, queries nothing, all go through one norm.</summary>
/// <remarks>Keys: position_ids, LayerNorm; with text also word_embeddings.weight, position_embeddings.weight.</remarks>
internal sealed class QFormerEmbeddings : Module
{
    // A published buffer of the numbers 0..P-1 that nothing reads.
    [ComponentName(Name = "position_ids")] private readonly Tensor _positionIds;                            // [1, P]
    [ComponentName(Name = "word_embeddings.weight")] private readonly TorchSharp.Modules.Parameter? _words; // [V, C]
    [ComponentName(Name = "position_embeddings.weight")] private readonly TorchSharp.Modules.Parameter? _positions; // [P, C]
    [ComponentName(Name = "LayerNorm")] private readonly LayerNorm _norm;

    public QFormerEmbeddings(QFormerConfig config) : base(nameof(QFormerEmbeddings))
    {
        _positionIds = arange(config.MaxPositions).view(1, config.MaxPositions);
        if (config.VocabularySize is { } words)
        {
            _words = new TorchSharp.Modules.Parameter(empty(words, config.Width));
            _positions = new TorchSharp.Modules.Parameter(empty(config.MaxPositions, config.Width));
        }
        _norm = new LayerNorm(config.Width, config.NormEpsilon);
        RegisterComponents();
    }

    public Tensor Embed(Tensor? queries, Tensor? ids)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? text = ids is null ? null : Text(ids);
        Tensor rows = queries is null ? text! : text is null ? queries : cat([queries, text], dim: 1); // [B, M+T, C]
        return _norm.call(rows).MoveToOuterDisposeScope();
    }

    private Tensor Text(Tensor ids)
    {
        if (_words is null || _positions is null)
            throw new InvalidOperationException("this Q-Former has no text path");
        long batch = ids.size(0), length = ids.size(1);
        if (length > _positions.size(0))
            throw new ArgumentException($"{length} word pieces, at most {_positions.size(0)}", nameof(ids));
        return _words.index_select(0, ids.flatten()).view(batch, length, -1) + _positions.narrow(0, 0, length); // [B, T, C]
    }
}
