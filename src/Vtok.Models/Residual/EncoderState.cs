namespace Vtok.Models.Residual;

/// <summary>A batch of pictures while they are encoded: what is left to draw, and the codes chosen so far.</summary>
/// <remarks>All tensors live in the dispose scope that the state was made in.</remarks>
internal sealed class EncoderState
{
    private readonly ResidualCodebooks _books;
    private readonly Tensor[] _ids;   // by book [B, slots]
    private readonly Tensor[] _known; // by book [B, slots], 1 where a token is sent
    private readonly Tensor _globalKnown;
    private readonly Tensor _global;
    private readonly Tensor _slots;

    /// <summary>Nothing chosen yet.</summary>
    /// <param name="books">The books.</param>
    /// <param name="coefficients">[B, 3, band, band]; taken over and changed.</param>
    /// <param name="tokens">Tokens that will be sent.</param>
    public EncoderState(ResidualCodebooks books, Tensor coefficients, int tokens)
    {
        (_books, Residual, Tokens) = (books, coefficients, tokens);
        ResidualConfig config = books.Config;
        long batch = coefficients.size(0);
        int start = config.GlobalGroups.Count;
        _global = zeros([batch, start], ScalarType.Int64, books.Device);
        _globalKnown = arange(start, device: books.Device).lt(tokens).to(ScalarType.Float32).expand(batch, -1);
        _slots = zeros([batch, config.Tokens - config.CoarseTokens], ScalarType.Int64, books.Device);
        _ids = new Tensor[books.Books.Count];
        _known = new Tensor[books.Books.Count];
        for (int s = 0; s < _ids.Length; s++)
        {
            int slots = books.Stage(s).Slots;
            _ids[s] = zeros([batch, slots], ScalarType.Int64, books.Device);
            _known[s] = s < config.Stages.Count
                ? arange(start, start + slots, device: books.Device).lt(tokens).to(ScalarType.Float32).expand(batch, -1)
                : zeros([batch, slots], device: books.Device);
            start += slots;
        }
    }

    /// <summary>Tokens that will be sent.</summary>
    public int Tokens { get; }

    /// <summary>What the chosen codes leave: [B, 3, band, band].</summary>
    public Tensor Residual { get; }

    /// <summary>Squared error inside the band: [B].</summary>
    public Tensor Error() => Residual.square().sum([1L, 2, 3]);

    /// <summary>The sequence: int64 [B, tokens].</summary>
    public Tensor Sequence()
    {
        using DisposeScope scope = NewDisposeScope();
        int stages = _books.Config.Stages.Count;
        Tensor fine = cat(_ids[stages..], 1).gather(1, _slots);
        return cat([_global, .. _ids[..stages], fine], 1)[.., ..Tokens].contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Chooses the global codes, with what they drew before put back.</summary>
    public void ChooseGlobal()
    {
        using DisposeScope scope = NewDisposeScope();
        Redraw(_books.GlobalPlane(_global, _globalKnown), 1);
        Tensor vectors = _books.Bands.ToPicture(Residual, _books.Config.GlobalBand).reshape(Residual.size(0), -1);     // [B, 3 n^2]
        Tensor ids = stack(_books.Global.Select(g => g.Nearest(vectors)), 1);                                          // [B, groups]
        _global.copy_(ids * _globalKnown.to(ScalarType.Int64));
        Redraw(_books.GlobalPlane(_global, _globalKnown), -1);
    }

    /// <summary>Chooses the codes of a raster stage or level for the patches that are sent, with what they drew before put back.</summary>
    public void Choose(int book)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = _known[book].flatten().nonzero().squeeze(1);
        if (rows.size(0) == 0)
            return;
        Redraw(_books.Plane(book, _ids[book], _known[book]), 1);
        Tensor vectors = Vectors(book).index_select(0, rows);
        _ids[book].view(-1).index_copy_(0, rows, _books.Books[book].Nearest(vectors));
        Redraw(_books.Plane(book, _ids[book], _known[book]), -1);
    }

    /// <summary>Takes the levels back, chooses the first one for every patch, asks for the order and keeps the patches that are sent.</summary>
    public void OrderLevels()
    {
        using DisposeScope scope = NewDisposeScope();
        ResidualConfig config = _books.Config;
        int first = config.Stages.Count, levels = config.Levels.Count, patches = config.Patches;
        for (int s = first; s < first + levels; s++)
        {
            Redraw(_books.Plane(s, _ids[s], _known[s]), 1);
            _ids[s].zero_();
        }
        long batch = Residual.size(0);
        Tensor candidates = _books.Books[first].Nearest(Vectors(first)).view(batch, patches);
        _slots.copy_(SlotsOf(candidates));
        Tensor sent = arange(config.CoarseTokens, config.Tokens, device: _books.Device).lt(Tokens).to(ScalarType.Float32).expand(batch, -1);
        Tensor known = zeros([batch, (long)levels * patches], device: _books.Device).scatter(1, _slots, sent);
        for (int level = 0; level < levels; level++)
            _known[first + level].copy_(known.narrow(1, (long)level * patches, patches));
        _ids[first].copy_(candidates * _known[first].to(ScalarType.Int64));
        Redraw(_books.Plane(first, _ids[first], _known[first]), -1);
    }

    private Tensor Vectors(int book)
    {
        using DisposeScope scope = NewDisposeScope();
        ResidualStage stage = _books.Stage(book);
        return Patches.Cut(_books.Bands.ToPicture(Residual, stage.Band), stage.Patch).MoveToOuterDisposeScope();       // [B * g * g, 3 p^2]
    }

    private void Redraw(Tensor plane, int sign)
    {
        long n = plane.size(2);
        Residual.narrow(2, 0, n).narrow(3, 0, n).add_(_books.Bands.ToCoefficients(plane), sign);
    }

    private Tensor SlotsOf(Tensor candidates)
    {
        ResidualConfig config = _books.Config;
        int batch = (int)candidates.size(0), fine = config.Tokens - config.CoarseTokens, patches = config.Patches;
        int coarse = config.CoarseTokens - config.GlobalGroups.Count;
        using Tensor raster = cat(_ids[..config.Stages.Count], 1).cpu();
        using Tensor first = candidates.cpu();
        ReadOnlySpan<long> coarseIds = raster.data<long>().ToArray(), firstIds = first.data<long>().ToArray();
        long[] slots = new long[batch * fine];
        for (int b = 0; b < batch; b++)
            _books.Order.OfPatches(coarseIds.Slice(b * coarse, coarse), firstIds.Slice(b * patches, patches), slots.AsSpan(b * fine, fine));
        return tensor(slots, [batch, fine], device: _books.Device);
    }
}
