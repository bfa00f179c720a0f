using Vtok.Data;
using Vtok.Imaging;
using Vtok.Models.Residual;

namespace Vtok.Training.Residual;

/// <summary>Fits the books of a residual tokenizer to pictures, in minutes and without gradients.</summary>
public sealed class ResidualFitter
{
    private const int Chunk = 256; // pictures at a time

    private readonly ResidualFitRecipe _recipe;
    private readonly ResidualConfig _config;
    private readonly IProgress<string>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly DctBands _bands;

    private ResidualFitter(ResidualFitRecipe recipe, IProgress<string>? progress, CancellationToken cancellation)
    {
        (_recipe, _config, _progress, _cancellation) = (recipe, recipe.Config, progress, cancellation);
        _bands = new DctBands(_config.Size, CPU);
    }

    /// <summary>Fits books to a data set.</summary>
    /// <param name="recipe">How.</param>
    /// <param name="source">The pictures.</param>
    /// <param name="codec">Decodes them.</param>
    /// <param name="progress">Told a line at each step.</param>
    /// <param name="cancellation">Ends the fit with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="DatasetException">Too few pictures for the books.</exception>
    public static ResidualCodebooks Fit(ResidualFitRecipe recipe, ISampleSource source, IImageCodec codec,
        IProgress<string>? progress = null, CancellationToken cancellation = default)
    {
        recipe.Validate();
        RequireEnough(recipe, (long)source.Count * recipe.Views);
        using Tensor coefficients = FitPictures.Read(recipe, source, codec, progress, cancellation);
        return Fit(recipe, coefficients, progress, cancellation);
    }

    /// <summary>Fits books to the band of pictures.</summary>
    /// <param name="recipe">How.</param>
    /// <param name="coefficients">[N, 3, band, band] opponent; overwritten.</param>
    /// <param name="progress">Told a line at each step.</param>
    /// <param name="cancellation">Ends the fit.</param>
    internal static ResidualCodebooks Fit(ResidualFitRecipe recipe, Tensor coefficients, IProgress<string>? progress, CancellationToken cancellation)
    {
        RequireEnough(recipe, coefficients.size(0)); // pictures that do not decode are missing here
        ResidualFitter fitter = new(recipe, progress, cancellation);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable grad = no_grad();
        try
        {
            return fitter.Run(coefficients);
        }
        finally
        {
            fitter._bands.Dispose();
        }
    }

    // The global stage has one vector a view, and a book begins with as many different vectors as it has codes.
    private static void RequireEnough(ResidualFitRecipe recipe, long views)
    {
        if (views < recipe.Config.Codes)
        {
            throw new DatasetException(DatasetError.TooFew,
                $"{views} views of the pictures, and books of {recipe.Config.Codes} codes need at least as many (give more pictures, more settings.views or fewer codes)");
        }
    }

    private ResidualCodebooks Run(Tensor residual)
    {
        int rasters = _config.Stages.Count, levels = _config.Levels.Count;
        Report("pictures", residual);
        List<Codebook> global = FitGlobal(residual);
        Report("global", residual);

        List<Codebook> books = [];
        List<Tensor> ids = [], gains = [];
        for (int s = 0; s < rasters + levels; s++)
        {
            ResidualStage stage = _config.AllStages.ElementAt(s);
            Codebook book = FitStage(residual, stage, s, null);
            (Tensor chosen, Tensor gain) = Send(residual, stage, book, null);
            books.Add(book);
            ids.Add(chosen);
            gains.Add(gain);
            Report(stage.Name, residual);
        }
        ImportanceOrder order = FitOrder(books, ids, gains);
        if (_recipe.Reselect)
            Reselect(books, order, residual, ids);
        return new ResidualCodebooks(_config, global, books, order, CPU);
    }

    /// <summary>Groups of components of the global band, each with its own book; what they draw is taken off.</summary>
    private List<Codebook> FitGlobal(Tensor residual)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor low = _bands.ToPicture(residual, _config.GlobalBand);                                       // [N, 3, n, n]
        Tensor vectors = cat([low, low.flip(3)]).flatten(1);                                               // mirrored as well: [2N, 3 n^2]
        Tensor basis = BookFitter.Basis(vectors, _config.GlobalComponents);
        List<Codebook> books = [];
        int start = 0;
        Tensor drawn = zeros_like(low).flatten(1);
        foreach (int group in _config.GlobalGroups)
        {
            _cancellation.ThrowIfCancellationRequested();
            using DisposeScope step = NewDisposeScope();
            using Generator random = Random(books.Count, 0);
            Codebook book = BookFitter.Fit(vectors, basis.narrow(1, start, group).clone(), _config.Codes, 2 * _recipe.Rounds, random);
            drawn.add_(book.Vectors(book.Nearest(low.flatten(1))));
            books.Add(book);
            start += group;
        }
        residual.narrow(2, 0, _config.GlobalBand).narrow(3, 0, _config.GlobalBand).sub_(_bands.ToCoefficients(drawn.view_as(low)));
        return books;
    }

    private Codebook FitStage(Tensor residual, ResidualStage stage, int purpose, Tensor? sent)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = Random(100 + purpose, sent is null ? 0 : 1);
        Tensor vectors = Sample(residual, stage, sent, random);
        Tensor basis = BookFitter.Basis(vectors, stage.Components);
        return BookFitter.Fit(vectors, basis, _config.Codes, _recipe.Rounds, random);
    }

    /// <summary>Random patches of all pictures, of those that are sent if <paramref name="sent"/> [N, slots] says so.</summary>
    private Tensor Sample(Tensor residual, ResidualStage stage, Tensor? sent, Generator random)
    {
        using DisposeScope scope = NewDisposeScope();
        double total = sent is null ? (double)residual.size(0) * stage.Slots : sent.sum().item<float>();
        double share = Math.Min(1, _recipe.Samples / total);
        List<Tensor> samples = [];
        foreach ((long start, long count) in Chunks(residual))
        {
            using DisposeScope chunk = NewDisposeScope();
            Tensor draw = rand([count * stage.Slots], generator: random).lt(share);
            if (sent is not null)
                draw = draw.logical_and(sent.narrow(0, start, count).flatten().gt(0));
            Tensor vectors = Patches.Cut(_bands.ToPicture(residual.narrow(0, start, count), stage.Band), stage.Patch);
            samples.Add(vectors.index_select(0, draw.nonzero().squeeze(1)).MoveToOuterDisposeScope());
        }
        return cat(samples).MoveToOuterDisposeScope();
    }

    /// <summary>Chooses a stage's codes for all pictures and takes off what they draw: ids and squared error saved, both [N, slots].</summary>
    private (Tensor Ids, Tensor Gains) Send(Tensor residual, ResidualStage stage, Codebook book, Tensor? sent)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> ids = [], gains = [];
        foreach ((long start, long count) in Chunks(residual))
        {
            using DisposeScope chunk = NewDisposeScope();
            Tensor part = residual.narrow(0, start, count).narrow(2, 0, stage.Band).narrow(3, 0, stage.Band);
            Tensor vectors = Patches.Cut(_bands.ToPicture(part, stage.Band), stage.Patch);
            Tensor chosen = book.Nearest(vectors);
            Tensor drawn = book.Vectors(chosen, sent?.narrow(0, start, count));
            Tensor gain = vectors.square().sum(1) - (vectors - drawn).square().sum(1);
            part.sub_(_bands.ToCoefficients(Patches.Join(drawn, stage.Grid, stage.Patch)));
            ids.Add(chosen.view(count, stage.Slots).MoveToOuterDisposeScope());
            gains.Add(gain.view(count, stage.Slots).MoveToOuterDisposeScope());
        }
        return (cat(ids).MoveToOuterDisposeScope(), cat(gains).MoveToOuterDisposeScope());
    }

    private ImportanceOrder FitOrder(List<Codebook> books, List<Tensor> ids, List<Tensor> gains)
    {
        using DisposeScope scope = NewDisposeScope();
        int rasters = _config.Stages.Count;
        List<int[]> energies = [.. Enumerable.Range(0, rasters + 1).Select(s => ImportanceTables.Energies(_config, s, books[s]))];
        List<Tensor> roots = [.. Enumerable.Range(0, rasters + 1).Select(s => ImportanceFitter.Roots(_config, s, energies[s], ids[s]))];
        List<long[]> weights = [];
        for (int level = 0; level < _config.Levels.Count; level++)
        {
            (long[] found, double explained) = ImportanceFitter.Fit(roots[..ImportanceOrder.SourceCount(_config, level)], gains[rasters + level]);
            weights.Add(found);
            _progress?.Report($"order {_config.Levels[level].Name}: {explained:P0} of the variance of the gains explained");
        }
        return new ImportanceOrder(_config, energies, weights);
    }

    /// <summary>Books of the levels after the first, fitted again on the patches that are sent in a whole encoding.</summary>
    private void Reselect(List<Codebook> books, ImportanceOrder order, Tensor residual, List<Tensor> ids)
    {
        int rasters = _config.Stages.Count, levels = _config.Levels.Count;
        Tensor sent = Sent(order, ids);                                                              // [N, levels * patches]
        Tensor SentAt(int level) => sent.narrow(1, (long)level * _config.Patches, _config.Patches);
        for (int level = levels - 1; level >= 0; level--)
            Draw(residual, _config.Levels[level], books[rasters + level], ids[rasters + level], null, 1);
        Draw(residual, _config.Levels[0], books[rasters], ids[rasters], SentAt(0), -1);
        Report($"{_config.Levels[0].Name} where it is sent", residual);
        for (int level = 1; level < levels; level++)
        {
            ResidualStage stage = _config.Levels[level];
            if (SentAt(level).sum().item<float>() >= 2 * _config.Codes) // else too few to learn from
            {
                books[rasters + level].Dispose();
                books[rasters + level] = FitStage(residual, stage, rasters + level, SentAt(level));
            }
            Send(residual, stage, books[rasters + level], SentAt(level));
            Report($"{stage.Name} where it is sent", residual);
        }
    }

    /// <summary>1 where a whole encoding sends a token: [N, levels * patches].</summary>
    private Tensor Sent(ImportanceOrder order, List<Tensor> ids)
    {
        using DisposeScope scope = NewDisposeScope();
        int rasters = _config.Stages.Count, fine = _config.Tokens - _config.CoarseTokens;
        long[] coarse = cat([.. ids.Take(rasters)], 1).data<long>().ToArray();
        long[] firstIds = ids[rasters].data<long>().ToArray();
        int count = (int)ids[0].size(0), width = coarse.Length / count;
        long[] slots = new long[count * fine];
        for (int i = 0; i < count; i++)
            order.OfPatches(coarse.AsSpan(i * width, width), firstIds.AsSpan(i * _config.Patches, _config.Patches), slots.AsSpan(i * fine, fine));
        return zeros([count, (long)_config.Levels.Count * _config.Patches])
            .scatter(1, tensor(slots, [count, fine]), ones([count, fine])).MoveToOuterDisposeScope();
    }

    /// <summary>Adds (or takes off) what codes draw.</summary>
    private void Draw(Tensor residual, ResidualStage stage, Codebook book, Tensor ids, Tensor? sent, int sign)
    {
        foreach ((long start, long count) in Chunks(residual))
        {
            using DisposeScope chunk = NewDisposeScope();
            Tensor drawn = book.Vectors(ids.narrow(0, start, count), sent?.narrow(0, start, count));
            residual.narrow(0, start, count).narrow(2, 0, stage.Band).narrow(3, 0, stage.Band)
                .add_(_bands.ToCoefficients(Patches.Join(drawn, stage.Grid, stage.Patch)), sign);
        }
    }

    private IEnumerable<(long Start, long Count)> Chunks(Tensor residual)
    {
        for (long start = 0; start < residual.size(0); start += Chunk)
        {
            _cancellation.ThrowIfCancellationRequested();
            yield return (start, Math.Min(Chunk, residual.size(0) - start));
        }
    }

    private Generator Random(int purpose, int round) => new(_recipe.Seed * 1_000_003 + (ulong)purpose * 1_009 + (ulong)round);

    /// <summary>Error inside the band as PSNR of the mean error, a sign of life rather than a result.</summary>
    private void Report(string step, Tensor residual)
    {
        if (_progress is null)
            return;
        using DisposeScope scope = NewDisposeScope();
        double error = residual.square().mean([1L, 2, 3]).mean().item<float>() * _config.Band * _config.Band / ((double)_config.Size * _config.Size);
        _progress.Report($"{step}: {10 * Math.Log10(255 * 255 / error):F2} dB inside the band");
    }
}
