using System.Diagnostics;
using Vtok.Models.Weights;
using Vtok.Training.Measures;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Runs;

/// <summary>The training loop of every task: optimizer, schedule, average, log, validation, checkpoints, resume.</summary>
/// <remarks>In the run folder: recipe.json, log.jsonl, checkpoints/, sheets/, best.safetensors (the averaged weights of the best
/// validation) and, at the end, model/ (the result).</remarks>
public sealed class TrainingLoop
{
    /// <summary>Folder of the checkpoints in a run folder.</summary>
    internal const string Checkpoints = "checkpoints";

    private const string Log = "log.jsonl";

    private readonly TrainingRun _run;
    private readonly Recipe _recipe;
    private readonly TrainingTask _task;
    private readonly ILearningRate _schedule;
    private readonly TrainingTeam _team;
    private readonly TrainingMeter _meter;
    private readonly HealthWatch _health;

    /// <summary>Prepares a run.</summary>
    public TrainingLoop(TrainingRun run, TrainingTask task)
    {
        _run = run;
        _recipe = run.Recipe;
        _task = task;
        _health = new HealthWatch(_recipe.Health);
        _schedule = _recipe.Schedule.Over(_recipe.Optimizer.LearningRate, _recipe.Steps);
        _team = new TrainingTeam(run);
        _meter = new TrainingMeter(run.Collective);
    }

    /// <summary>Trains to the end of the recipe, of the time, or until asked to stop; goes on from the newest whole checkpoint of the run folder.</summary>
    /// <exception cref="CheckpointException">The folder's checkpoint is of another model, or a checkpoint cannot be written.</exception>
    public TrainingOutcome Run()
    {
        Directory.CreateDirectory(_run.Folder);
        if (_team.Leads)
            TrainingCheckpoint.Sweep(_run.Folder);
        using var state = new TrainingState(_task, _recipe);
        _team.CompareTasks(_task);
        _team.Prepare(_task.Model);
        if (_task.Opponent is { } opponent)
            _team.Prepare(opponent.Model);
        Resume(state);
        _team.CompareWeights(state);
        if (_team.Leads)
            _recipe.Save(_run.Folder); // not before: what another recipe left stays whole where this one is refused
        if (_team.Leads)
            foreach (string line in Footprint.Lines(state, _task.KeptBytes, _run.Device, _recipe.Batch, _run.Collective.World, _recipe.Accumulate))
                _run.Say?.Invoke(line);
        using TrainingLog? log = _team.Leads ? new TrainingLog(InRun(Log), state.Step) : null;
        var skipped = new SkippedPictures(log, _run.Say);
        if (state.Step == 0 && _recipe.Every.ValidateFirst)
            Validate(state, log);
        TrainingEnd end = Train(state, log, skipped);
        if (end == TrainingEnd.Diverged)
            return new TrainingOutcome(end, state.Step, $"stopped at step {state.Step}: {_health.Stop ?? HealthWatch.NotFinite("a loss or gradient")}");

        Save(state);
        if (end == TrainingEnd.Finished)
            Finish(state, log);
        _team.Wait("the end of the run");
        return new TrainingOutcome(end, state.Step, end switch
        {
            TrainingEnd.Finished => $"all {state.Step} steps done",
            TrainingEnd.OutOfTime => $"the time is over after {state.Step} of {_recipe.Steps} steps; the same command goes on from here",
            _ => $"interrupted and saved after {state.Step} of {_recipe.Steps} steps; the same command goes on from here",
        } + skipped.Summary);
    }

    private void Resume(TrainingState state)
    {
        string? earlier = _team.Leads ? TrainingCheckpoint.Resume(InRun(Checkpoints), state, _run.Say) : null;
        if (!_team.Resume(state, earlier is not null))
        {
            if (_run.InitFrom is { } start)
                StartingWeights.Load(start, state, _run.Say);
            else if (_task.LacksStart is { } lack)
                throw new RecipeException(RecipeError.Unavailable, lack);
            return;
        }
        if (earlier is null)
            return;
        bool changed = !_recipe.Says(earlier);
        if (changed)
            state.BestScore = double.NegativeInfinity; // scores of another recipe may mean something else
        _run.Say?.Invoke($"going on after step {state.Step}" + (changed ? "; the recipe is not the one that the checkpoint was made with" : "")
            + (_run.InitFrom is null ? "" : "; --init-from is for new runs and was not looked at"));
    }

    private TrainingEnd Train(TrainingState state, TrainingLog? log, SkippedPictures skipped)
    {
        double before = state.Seconds;
        long started = Stopwatch.GetTimestamp();
        long first = state.Step;
        Prepare(state.Step);
        using var batches = new BatchPrefetcher(step => _team.Share(_task.MakeBatch(step)).To(_run.Device), state.Step, _recipe.Steps);
        if (state.Step < _recipe.Steps)
            batches.Begin();
        _meter.Restart(state.Step);
        while (state.Step < _recipe.Steps)
        {
            if (_team.Leave(_run.Stop.IsCancellationRequested, Stopwatch.GetElapsedTime(started).TotalSeconds > _run.MaxSeconds) is { } end)
                return end;

            using (TrainingBatch batch = batches.Next())
            {
                string? which = state.Step == first ? "the first step" : state.Step == _task.Opponent?.Start ? "the discriminator's first step" : null;
                StepMemory? memory = which is not null && _team.Leads ? StepMemory.Begin(_run.Device) : null;
                Step(state, batch);
                if (memory is not null)
                    _run.Say?.Invoke(memory.Tell(which!));
            }
            state.Seconds = before + Stopwatch.GetElapsedTime(started).TotalSeconds;
            bool last = state.Step == _recipe.Steps;
            if (Due(_recipe.Every.Log, state.Step) || last)
                skipped.Report(state.Step, _task.Skipped);
            if ((Due(_recipe.Every.Log, state.Step) || last) && !Report(state, log, batches))
                return TrainingEnd.Diverged;
            if (Due(_recipe.Every.Compare, state.Step) || last)
                _team.CompareWeights(state);
            if (Due(_recipe.Every.Validate, state.Step) && !last)
                Validate(state, log);
            if (Due(_recipe.Every.Sheet, state.Step) && !last)
                Sheet(state);
            if (Due(_recipe.Every.Save, state.Step) && !last)
            {
                if (!_meter.IsFinite())
                    return TrainingEnd.Diverged;
                Save(state);
            }
        }
        return TrainingEnd.Finished;
    }

    private void Prepare(long step)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_run.Stop);
        if (_run.MaxSeconds is { } limit)
            stop.CancelAfter(TimeSpan.FromSeconds(Math.Min(limit, int.MaxValue / 1000)));
        _task.Prepare(step, _recipe.Steps, _team.Leads ? _run.Say : null, stop.Token);
    }

    private void Step(TrainingState state, TrainingBatch batch)
    {
        using DisposeScope scope = NewDisposeScope();
        for (int part = 0; part < _recipe.Accumulate; part++)
            Learn(state, batch, part);
        bool challenged = false;
        for (int part = 0; _task.Opponent is { } opponent && part < _recipe.Accumulate; part++)
            challenged |= Challenge(state, opponent, part);
        _team.Gather(state.Trainee);
        _meter.Add(state.Trainee.Update(_schedule.At(state.Step)));
        state.Average.Update(state.Step);
        if (challenged)
        {
            _team.Gather(state.Opponent!);
            state.Opponent!.Update(_task.Opponent!.LearningRateAt(state.Step));
        }
        _task.AfterStep(state.Step);
        state.Step++;
    }

    // The gradients of a micro-batch, added to those before it.
    private void Learn(TrainingState state, TrainingBatch whole, int part)
    {
        int parts = _recipe.Accumulate;
        using DisposeScope? scope = parts > 1 ? NewDisposeScope() : null; // a single one lives in the step's scope, where AfterStep may see it
        TrainingBatch batch = whole.Part(part, parts);
        IReadOnlyList<LossTerm> terms = _task.Losses(batch);
        Tensor loss = state.Trainee.Backward(terms, part);
        _meter.Add(terms, loss, batch.Pictures);
    }

    // The same for the opponent; whether it learned.
    private bool Challenge(TrainingState state, Opponent opponent, int part)
    {
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<LossTerm> replies = opponent.Losses(state.Step);
        if (replies.Count == 0)
            return false;
        state.Opponent!.Backward(replies, part);
        _meter.Add(replies);
        return true;
    }

    private bool Report(TrainingState state, TrainingLog? log, BatchPrefetcher batches)
    {
        TrainingProgress progress = _meter.Read(state, _recipe.Steps, _schedule.At(state.Step - 1), batches.TakeWaited());
        log?.Write("train", state.Step, [
            new("seconds", progress.Seconds), new("lr", progress.LearningRate), new("gradient", progress.GradientNorm),
            .. progress.Terms, new("picturesPerSecond", progress.PicturesPerSecond), new("wait", progress.WaitShare)]);
        _run.Progress?.Invoke(progress);
        foreach (string warning in _health.See(progress.Terms, progress.GradientNorm))
        {
            log?.Write("warning", state.Step, "health", warning);
            if (_team.Leads)
                _run.Say?.Invoke($"step {state.Step}: warning: {warning}");
        }
        return _health.Stop is null;
    }

    private void Validate(TrainingState state, TrainingLog? log)
    {
        if (log is null)
            return;
        using IDisposable applied = state.Average.Apply();
        _task.Model.eval();
        ValidationReport? report = _task.Validate();
        _task.Model.train();
        if (report is null)
            return;
        log.Write("validate", state.Step, [new("seconds", state.Seconds), new("score", report.Score), .. report.Values]);
        _run.Say?.Invoke($"step {state.Step}: score {report.Score:F4} ({string.Join(", ", report.Values.Select(pair => $"{pair.Key} {pair.Value:F3}"))})");
        _meter.Restart(state.Step);
        if (report.Score <= state.BestScore)
            return;
        state.BestScore = report.Score;
        SafetensorsWriter.WriteChecked(InRun("best.safetensors"), _task.Model.state_dict(), new Dictionary<string, string>
        {
            ["step"] = $"{state.Step}",
            ["score"] = report.Score.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            ["code"] = TrainingCheckpoint.CodeVersion,
        });
    }

    private void Sheet(TrainingState state)
    {
        if (!_team.Leads)
            return;
        using IDisposable applied = state.Average.Apply();
        _task.Model.eval();
        _task.WriteSheet(Path.Combine(Directory.CreateDirectory(InRun("sheets")).FullName, $"step-{state.Step:D9}.png"));
        _task.Model.train();
        _meter.Restart(state.Step);
    }

    private void Finish(TrainingState state, TrainingLog? log)
    {
        if (!_team.Leads)
            return;
        Validate(state, log);
        Sheet(state);
        using IDisposable applied = state.Average.Apply();
        string best = InRun("best.safetensors");
        if (File.Exists(best))
        {
            using SafetensorsFile file = SafetensorsFile.OpenWhole(best);
            LoadWeights(_task.Model, file);
        }
        _task.Model.eval();
        _task.Export(InRun("model"));
    }

    /// <summary>Copies a file's tensors into a module of the same names and shapes.</summary>
    internal static void LoadWeights(nn.Module module, SafetensorsFile file)
    {
        using (no_grad())
        using (NewDisposeScope())
            foreach ((string name, Tensor target) in module.state_dict())
                target.copy_(file[name]);
    }

    private void Save(TrainingState state)
    {
        if (!_team.Leads)
            return;
        TrainingCheckpoint.Save(InRun(Checkpoints), state, _recipe);
        if (!File.Exists(InRun(Log)))
            throw new CheckpointException(CheckpointError.CannotWrite, $"{_run.Folder}: this run folder, or its {Log}, was removed or moved while it trained; "
                + $"step {state.Step} is saved there, and the same command goes on from it with a new log");
        _meter.Restart(state.Step);
    }

    private string InRun(string name) => Path.Combine(_run.Folder, name);

    private static bool Due(int every, long step) => every > 0 && step % every == 0;
}
