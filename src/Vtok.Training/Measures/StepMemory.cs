namespace Vtok.Training.Measures;

/// <summary>Measures what one real step takes, since no formula knows the activations of every network.</summary>
internal sealed class StepMemory
{
    private readonly long _before;

    private StepMemory(long before) => _before = before;

    /// <summary>Begins before a step; null on a device or system that does not tell.</summary>
    public static StepMemory? Begin(Device? device) =>
        device?.type is null or DeviceType.CPU && ResidentMemory.TryRestart() && ResidentMemory.Current is { } bytes ? new StepMemory(bytes) : null;

    /// <summary>After the step: one line.</summary>
    /// <param name="which">Such as "the first step".</param>
    public string Tell(string which) => $"memory in {which}: {Footprint.Text(ResidentMemory.Peak ?? 0)} at its peak, {Footprint.Text(_before)} before it; the whole process, libtorch and pictures included";
}
