using Vtok.Models;
using Vtok.Models.Quantizers;
using Vtok.Training.Collectives;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Measures;

/// <summary>Starts the codebooks of a quantizer, counts their use over windows of steps, and moves the codes that nothing uses.</summary>
/// <remarks>Everything that a resumed run needs is in <see cref="State"/>; draws derive from (seed, step). Where several processes, or several
/// micro-batches, have parts of a step, every process counts and keeps all of it, in the order of the samples.</remarks>
internal sealed class CodebookHealth : IDisposable
{
    private readonly IQuantizer _quantizer;
    private readonly CodebookSettings _settings;
    private readonly int _seed;
    private readonly int _parts;    // micro-batches of each process
    private readonly long _samples; // of a micro-batch
    private readonly ICollective _team;
    private readonly UsageWindow[] _usage;
    private readonly Tensor? _gathered;  // [steps x rows, D]
    private readonly Tensor _filled;     // rows in it, int64 on the CPU
    private readonly Tensor _told;       // usage, perplexity and dead codes of the last whole window, and whether there was one; float32 [4]
    private readonly StepNotes _seen = new(); // features [R, D] and ids [R] of the step under way, kept where a window ends

    /// <summary>Watches a quantizer.</summary>
    /// <param name="quantizer">The quantizer; its owner stays the network.</param>
    /// <param name="settings">What to do.</param>
    /// <param name="recipe">Seed of the draws, samples and micro-batches of a step.</param>
    /// <param name="vectors">Vectors of a sample.</param>
    /// <param name="team">The processes of the run, which count and move together.</param>
    /// <param name="device">Where it computes.</param>
    public CodebookHealth(IQuantizer quantizer, CodebookSettings settings, Recipe recipe, long vectors, ICollective team, Device device)
    {
        (_quantizer, _settings, _seed, _team) = (quantizer, settings, recipe.Seed, team);
        (_parts, _samples) = (recipe.Accumulate, recipe.Batch / recipe.Accumulate / team.World);
        _usage = Codes is { } codes
            ? [.. Enumerable.Range(0, codes.Books).Select(_ => new UsageWindow(codes.BookSize, device))]
            : [new UsageWindow(quantizer.CodebookSize, device)];
        if (settings.Cluster && Codes is not null)
            _gathered = zeros([Math.Min(settings.Gather, settings.Free) * recipe.Batch * vectors, quantizer.CodeDimension], device: device).DetachFromDisposeScope();
        _filled = zeros(1, ScalarType.Int64).DetachFromDisposeScope();
        _told = zeros(4).DetachFromDisposeScope();
    }

    /// <summary>The window's state by name, for checkpoints.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State
    {
        get
        {
            for (int book = 0; book < _usage.Length; book++)
                yield return new($"codebook.counts.{book}", _usage[book].Counts);
            if (_gathered is not null)
                yield return new("codebook.gathered", _gathered);
            yield return new("codebook.filled", _filled);
            yield return new("codebook.told", _told);
        }
    }

    /// <summary>Usage (share), perplexity and number of dead codes over the last whole window, the mean over the books; nothing before its end.</summary>
    public IReadOnlyList<LossTerm> Terms()
    {
        float[] told = _told.data<float>().ToArray();
        return told[3] == 0 ? [] : [Term("usage", told[0]), Term("perplexity", told[1]), Term("dead", told[2])];

        static LossTerm Term(string name, float value) => new(name, tensor(value), 0);
    }

    private ILearnedCodes? Codes => _quantizer as ILearnedCodes;

    /// <summary>Whether the vectors of a step pass unquantized.</summary>
    public bool IsFree(long step) => step < _settings.Free;

    /// <summary>Keeps the features of a free step for the clustering.</summary>
    /// <param name="features">[B, ..., D].</param>
    /// <param name="step">The step.</param>
    public void Gather(Tensor features, long step)
    {
        if (_gathered is null || step < _settings.Free - _settings.Gather)
            return;
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _seen.Add(OfAll(features).reshape(-1, _quantizer.CodeDimension));
    }

    /// <summary>Counts what a step's features were quantized to.</summary>
    /// <param name="features">[B, ..., D].</param>
    /// <param name="ids">int64 [B, ...].</param>
    /// <param name="step">The step.</param>
    public void Note(Tensor features, Tensor ids, long step)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor all = OfAll(ids).flatten();
        for (int book = 0; book < _usage.Length; book++)
            _usage[book].Add(Codes?.IdsOf(book, all) ?? all);
        if (EndsWindow(step))
            _seen.Add(OfAll(features).reshape(-1, _quantizer.CodeDimension), all);
    }

    /// <summary>After a step: starts the codebooks at the end of the free steps; at the end of a window tells its use and moves dead codes.</summary>
    public void AfterStep(long step)
    {
        var draw = new RandomDraw(_seed, step, "codes");
        if (IsFree(step))
            Keep();
        if (_gathered is not null && step == _settings.Free - 1)
        {
            using DisposeScope scope = NewDisposeScope();
            using Generator generator = draw.NextGenerator();
            Codes!.Start(_gathered.narrow(0, 0, _filled.item<long>()), generator);
        }
        if (EndsWindow(step))
            EndWindow(step, ref draw);
    }

    public void Dispose()
    {
        foreach (UsageWindow usage in _usage)
            usage.Dispose();
        _gathered?.Dispose();
        _filled.Dispose();
        _told.Dispose();
    }

    // The features of a free step that were gathered, if any, in the order of the samples.
    private void Keep()
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (_seen.Take(InOrder) is not [Tensor rows])
            return;
        long filled = _filled.item<long>(), count = Math.Min(rows.size(0), _gathered!.size(0) - filled);
        _gathered.narrow(0, filled, count).copy_(rows.narrow(0, 0, count));
        _filled.add_(count);
    }

    private bool EndsWindow(long step) => !IsFree(step) && (step + 1 - _settings.Free) % _settings.Window == 0;

    private Tensor InOrder(Tensor rows) => Agreement.InTurn(rows, _parts, _samples);

    // What all processes saw of a pass: [B, ...] to [World B, ...].
    private Tensor OfAll(Tensor seen) => _team.World == 1 ? seen.detach() : _team.Interleave(seen, seen.size(0), "use of the codes");

    private void EndWindow(long step, ref RandomDraw draw)
    {
        using DisposeScope scope = NewDisposeScope();
        float[] told = [(float)_usage.Average(book => book.Used), (float)_usage.Average(book => book.Perplexity), (float)_usage.Average(book => book.Dead().Length), 1];
        _told.copy_(tensor(told));
        Tensor[] seen = _seen.Take(InOrder);
        bool revive = _settings.Revive && (_settings.ReviveUntil == 0 || step <= _settings.ReviveUntil);
        for (int book = 0; book < _usage.Length; book++)
        {
            if (revive && Codes is { } codes && seen is [Tensor features, Tensor ids])
                DeadCodeRevival.Move(codes, book, _usage[book], codes.InputOf(book, features, ids), ref draw);
            _usage[book].Reset();
        }
    }
}
