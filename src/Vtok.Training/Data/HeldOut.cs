using Vtok.Data;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;

namespace Vtok.Training.Data;

/// <summary>The pictures to train on and the held-out ones to measure on: two folders, or every n-th picture of one held out.</summary>
internal static class HeldOut
{
    /// <summary>Splits the data of a run.</summary>
    /// <param name="run">The run; with a validation folder all data is trained on.</param>
    /// <param name="every">Without such a folder every so many-th picture is held out; 0 means none.</param>
    /// <param name="most">At most so many are.</param>
    /// <param name="side">Side of the held-out squares.</param>
    /// <param name="validateEvery">Every how many pictures of a validation folder one is measured.</param>
    /// <returns>Where to train from, and the held-out pictures, uint8 [N, 3, S, S] in no dispose scope, or null.</returns>
    /// <exception cref="RecipeException">The run has no data.</exception>
    public static (ISampleSource Training, Tensor? Held) Split(TrainingRun run, int every, int most, int side, int validateEvery)
    {
        string folder = run.Data ?? throw new RecipeException(RecipeError.Unavailable, "this task needs pictures: --data FOLDER");
        ISampleSource all = TrainingPictures.Open(folder);
        if (run.Validation is { } validation)
            return (all, ValidationPictures.Load(validation, side, validateEvery, run.Say));
        if (every == 0)
            return (all, null);
        int[] held = [.. Enumerable.Range(0, all.Count).Where(i => i % every == every - 1).Take(most)];
        if (held.Length == 0)
        {
            run.Say?.Invoke($"{all.Count} pictures are too few to hold one of {every} out: nothing is measured; give --validation FOLDER");
            return (all, null);
        }
        run.Say?.Invoke($"{held.Length} of {all.Count} pictures are held out to measure on (one of every {every}); --validation FOLDER measures on others");
        var kept = new HashSet<int>(held);
        Tensor squares = ValidationPictures.Load(new SamplePart(all, held), side, 1, run.Say);
        return (new SamplePart(all, [.. Enumerable.Range(0, all.Count).Where(i => !kept.Contains(i))]), squares);
    }
}
