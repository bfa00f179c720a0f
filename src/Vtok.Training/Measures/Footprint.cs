using System.Globalization;
using Vtok.Training.Optimization;
using Vtok.Training.Runs;

namespace Vtok.Training.Measures;

/// <summary>What a run holds from its first step to its last, told before it begins.</summary>
internal static class Footprint
{
    private const double Megabyte = 1e6, Gigabyte = 1e9;

    /// <summary>Parameters, memory, images a step: one line each.</summary>
    /// <param name="state">The run's state.</param>
    /// <param name="kept">Bytes that the forward pass of one picture keeps, or null where they are not known.</param>
    /// <param name="device">Where it computes; null means the CPU.</param>
    /// <param name="images">Images a step, over all processes.</param>
    /// <param name="processes">Processes that share them.</param>
    /// <param name="parts">Micro-batches of each process.</param>
    public static IEnumerable<string> Lines(TrainingState state, long? kept, Device? device, int images, int processes = 1, int parts = 1)
    {
        (long all, long trained, long bytes) = Count(state.Trainee);
        long held = state.Average.Entries.Sum(entry => Bytes(entry.Average));
        yield return Line($"network: {all:N0} parameters, {trained:N0} trained, {all - trained:N0} frozen");
        string opponent = "";
        if (state.Opponent is not null)
        {
            (long rivals, _, long taken) = Count(state.Opponent);
            yield return Line($"discriminator: {rivals:N0} parameters");
            held += taken;
            opponent = $", discriminator with its own {Text(taken)}";
        }
        string step = kept is { } each ? $"; {Step(state, each * (images / (processes * parts)), bytes + held, device)}; not counted:" : "; not counted: activations,";
        yield return $"memory: {Text(bytes + held)} for weights, gradients and moments ({Text(bytes)}), their average ({Text(state.Average.Entries.Sum(entry => Bytes(entry.Average)))}){opponent}"
            + $"{step} networks that only judge, pictures";
        string share = processes * parts == 1 ? "" : $", {images / (processes * parts)} at a time ({processes} processes, {parts} micro-batches in each)";
        yield return $"a step: {images} images{share}";
    }

    /// <summary>Bytes for people.</summary>
    public static string Text(long bytes) => bytes >= Gigabyte ? Line($"{bytes / Gigabyte:F2} GB") : Line($"{bytes / Megabyte:F1} MB");

    // What the process has by now holds all but gradients and activations; a device holds nothing else.
    private static string Step(TrainingState state, long activations, long held, Device? device)
    {
        long gradients = state.Trainee.Parameters.Sum(Bytes);
        long total = activations + (device?.type is null or DeviceType.CPU ? (ResidentMemory.Current ?? held - gradients) + gradients : held);
        return $"about {Text(activations)} for activations of a step, {Text(total)} with all that the process has";
    }

    // Weights and buffers, and for what is trained a gradient and two moments.
    private static (long All, long Trained, long Bytes) Count(Trainee trainee)
    {
        long trained = trainee.Parameters.Sum(parameter => parameter.numel());
        long bytes = trainee.Model.state_dict().Values.Sum(Bytes) + 3 * trainee.Parameters.Sum(Bytes);
        return (trainee.Model.parameters().Sum(parameter => parameter.numel()), trained, bytes);
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.ElementSize;

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
