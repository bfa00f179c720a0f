namespace Vtok.Models.Residual;

/// <summary>Pictures to ids: greedy from coarse to fine, or with coordinate descent for one length.</summary>
/// <param name="books">The books; not owned.</param>
public sealed class ResidualEncoder(ResidualCodebooks books)
{
    private const int Chunk = 32;       // pictures at a time, so that memory does not grow with the batch
    private const int CoarseRounds = 3; // of descent when no level is sent
    private const int Reorderings = 2;  // of the levels at high effort
    private const int LevelRounds = 2;  // of descent after each of them

    /// <summary>Pictures to ids.</summary>
    /// <param name="pictures">[B, 3, S, S] in 0..1.</param>
    /// <param name="tokens">Tokens wanted, 1 to the whole number; null means all.</param>
    /// <param name="effort">Default: the prefix of the whole encoding. High: searches for this length, never worse than the prefix.</param>
    /// <returns>int64 [B, tokens].</returns>
    public Tensor Encode(Tensor pictures, int? tokens = null, EncodeEffort effort = EncodeEffort.Default)
    {
        ResidualConfig config = books.Config;
        int length = tokens ?? config.Tokens;
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(tokens));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, config.Tokens, nameof(tokens));
        ModelInput.RequirePictures(pictures, config.Size);

        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        List<Tensor> ids = [];
        for (long start = 0; start < pictures.size(0); start += Chunk)
        {
            using DisposeScope chunk = NewDisposeScope();
            Tensor part = pictures.narrow(0, start, Math.Min(Chunk, pictures.size(0) - start));
            Tensor coefficients = books.Analyse(part.to(ScalarType.Float32).to(books.Device));
            Tensor found = effort == EncodeEffort.High ? Search(coefficients, length) : Greedy(coefficients, config.Tokens).Sequence()[.., ..length];
            ids.Add(found.contiguous().MoveToOuterDisposeScope());
        }
        return cat(ids).MoveToOuterDisposeScope();
    }

    private EncoderState Greedy(Tensor coefficients, int tokens)
    {
        ResidualConfig config = books.Config;
        EncoderState state = new(books, coefficients.clone(), tokens);
        state.ChooseGlobal();
        for (int s = 0; s < config.Stages.Count; s++)
            state.Choose(s);
        if (tokens > config.CoarseTokens)
            Refine(state);
        return state;
    }

    /// <summary>Orders the levels anew and chooses them one after another.</summary>
    private void Refine(EncoderState state)
    {
        int first = books.Config.Stages.Count;
        state.OrderLevels();
        for (int s = first + 1; s < books.Books.Count; s++)
            state.Choose(s);
    }

    private Tensor Search(Tensor coefficients, int tokens)
    {
        int first = books.Config.Stages.Count;
        Tensor best = Greedy(coefficients, books.Config.Tokens).Sequence()[.., ..tokens].contiguous();
        Tensor bestError = ErrorOf(coefficients, best);
        void Keep(EncoderState state)
        {
            Tensor error = state.Error();
            Tensor better = error.lt(bestError);
            best = where(better.view(-1, 1), state.Sequence(), best);
            bestError = where(better, error, bestError);
        }

        EncoderState state = Greedy(coefficients, tokens);
        if (tokens <= books.Config.CoarseTokens)
        {
            for (int round = 0; round < CoarseRounds; round++)
                Descend(state, 0, first);
            Keep(state);
            return best;
        }
        for (int pass = 0; pass <= Reorderings; pass++)
        {
            // The order rests on the raster stages and the first level, so they stay while the other levels move.
            for (int round = 0; round < LevelRounds; round++)
                Descend(state, first + 1, books.Books.Count);
            Keep(state);
            if (pass == Reorderings)
                break;
            Descend(state, 0, books.Books.Count);
            Refine(state);
        }
        return best;
    }

    /// <summary>Chooses the global codes and those of some books again, each given all others.</summary>
    private static void Descend(EncoderState state, int from, int to)
    {
        state.ChooseGlobal();
        for (int s = from; s < to; s++)
            state.Choose(s);
    }

    /// <summary>Squared error of sequences inside the band: [B].</summary>
    private Tensor ErrorOf(Tensor coefficients, Tensor ids)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor drawn = books.Coefficients(books.Dequantize(ids).Planes);
        return (coefficients - drawn).square().sum([1L, 2, 3]).MoveToOuterDisposeScope();
    }
}
