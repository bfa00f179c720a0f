using Vtok.Models;
using Vtok.Training.Collectives;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Runs;

/// <summary>What the processes of a run do together at each step. In a run of one process nothing of it costs anything.</summary>
internal sealed class TrainingTeam
{
    private readonly Recipe _recipe;
    private readonly ICollective _collective;
    private readonly BatchShare _share;

    /// <summary>Shares the recipe's batch among processes and micro-batches.</summary>
    /// <exception cref="RecipeException">It cannot be shared equally.</exception>
    public TrainingTeam(TrainingRun run)
    {
        (_recipe, _collective) = (run.Recipe, run.Collective);
        int parts = _collective.World * _recipe.Accumulate;
        if (_recipe.Batch % parts != 0)
            throw new RecipeException(RecipeError.Invalid, $"batch: {_recipe.Batch} cannot be shared equally by {_collective.World} processes x accumulate {_recipe.Accumulate}; "
                + $"expected a multiple of {parts}");
        _share = BatchShare.OfProcess(_recipe.Batch, _collective.Rank, _collective.World);
        if (parts > 1 && Leads)
            run.Say?.Invoke($"{_recipe.Batch} samples a step = {_collective.World} processes ({_collective.Name}) x {_recipe.Accumulate} micro-batches of {_recipe.Batch / parts}");
    }

    /// <summary>Whether this process keeps log, checkpoints, sheets and result.</summary>
    public bool Leads => _collective.Rank == 0;

    /// <summary>This process's samples of a step.</summary>
    /// <param name="batch">The whole batch, or the share already; owned from now on.</param>
    public TrainingBatch Share(TrainingBatch batch)
    {
        if (_collective.World == 1 || batch.Share == _share)
            return batch;
        using (batch)
            return batch.Share.IsAll ? batch.Take(_share) : throw new InvalidOperationException($"step {batch.Step}: a batch of {batch.Share}, expected {_share}");
    }

    /// <summary>Gives all processes the state of the first when it goes on from a checkpoint.</summary>
    /// <returns>Whether it does.</returns>
    public bool Resume(TrainingState state, bool resumed)
    {
        if (_collective.World == 1)
            return resumed;
        double[] lead = _collective.OfLead([resumed ? 1 : 0, state.Step, state.Seconds, state.BestScore], "the checkpoint");
        if (lead[0] == 0)
            return false;
        (state.Step, state.Seconds, state.BestScore) = ((long)lead[1], lead[2], lead[3]);
        foreach (Tensor tensor in state.Tensors().Values)
            _collective.Broadcast(tensor, "the checkpoint");
        return true;
    }

    /// <summary>Makes sure that all processes are the same program, follow the same recipe and read the same data.</summary>
    /// <exception cref="CollectiveException">One does not; it is named.</exception>
    public void CompareTasks(TrainingTask task)
    {
        if (_collective.World == 1)
            return;
        _collective.Compare(WeightDigest.Of(TrainingCheckpoint.CodeVersion), "version of vtok-train");
        _collective.Compare(WeightDigest.Of(_recipe.Json), "recipe");
        _collective.Compare(WeightDigest.Of(task.DataDigest ?? ""), "set of training pictures");
    }

    /// <summary>Makes sure that all processes hold the same weights.</summary>
    /// <exception cref="CollectiveException">One does not; it is named.</exception>
    public void CompareWeights(TrainingState state)
    {
        if (_collective.World == 1)
            return;
        IEnumerable<Tensor> weights = state.Trainee.Model.state_dict().Values.Concat(state.Opponent?.Model.state_dict().Values ?? Enumerable.Empty<Tensor>());
        _collective.Compare(WeightDigest.Of(weights), $"set of weights after step {state.Step}");
    }

    /// <summary>Whether to leave, decided by all: as soon as one process is asked to stop or is out of time.</summary>
    public TrainingEnd? Leave(bool asked, bool late)
    {
        long[] votes = _collective.Sum([asked ? 1 : 0, late ? 1 : 0], "the start of a step");
        return votes[0] > 0 ? TrainingEnd.Interrupted : votes[1] > 0 ? TrainingEnd.OutOfTime : null;
    }

    /// <summary>Lets what learns beside the gradient wait for the end of a step that has several parts, and losses over a batch look at all processes' means.</summary>
    public void Prepare(nn.Module model)
    {
        foreach (IBatchStatistic module in All(model).OfType<IBatchStatistic>())
            module.Whole = _collective.Whole();
        if (_collective.World * _recipe.Accumulate > 1)
            foreach (IStepLearner learner in All(model).OfType<IStepLearner>())
                learner.Notes.Wait = true;
    }

    /// <summary>After the last micro-batch: takes the means of the gradients over the processes, and lets learn what learns beside them.</summary>
    public void Gather(Trainee trainee)
    {
        if (_collective.World * _recipe.Accumulate == 1)
            return;
        foreach (nn.Module module in All(trainee.Model))
            if (module is IStepLearner learner)
                learner.Learn(OfAll);
            else if (module is TorchSharp.Modules.BatchNorm norm)
                AverageBuffers(norm);
        GradientBuckets.Average(_collective, trainee.Parameters, _recipe.Accumulate, "gradients");
    }

    // TorchSharp's modules() leaves the module itself out.
    private static IEnumerable<nn.Module> All(nn.Module model) => model.modules().Prepend(model).Distinct();

    // In the order of the samples where there are as many rows for each, else in that of the micro-batches, which have as many.
    private Tensor OfAll(Tensor rows)
    {
        int parts = _recipe.Accumulate, samples = rows.size(0) % _share.Count == 0 ? _share.Count : parts;
        return _collective.Interleave(Agreement.InTurn(rows, parts, samples / parts), samples, "what is learned beside the gradients");
    }

    // Batch norm sees each micro-batch by itself, as published; what it remembers is the mean of the processes.
    private void AverageBuffers(TorchSharp.Modules.BatchNorm norm)
    {
        if (_collective.World == 1 || !norm.training)
            return;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        foreach (Tensor buffer in norm.buffers().Where(buffer => buffer.is_floating_point()))
        {
            _collective.Sum(buffer, "statistics of batch norm");
            buffer.div_(_collective.World);
        }
    }

    /// <summary>Waits for all.</summary>
    public void Wait(string what) => _collective.Barrier(what);
}
