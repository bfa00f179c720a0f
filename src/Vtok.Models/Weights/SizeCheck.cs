namespace Vtok.Models.Weights;

/// <summary>Refuses a config that would take far more memory than its weights could fill, before anything is allocated.</summary>
internal static class SizeCheck
{
    private const double Slack = 4; // the estimates are within a factor of two
    private const double Harmless = 1e9; // above every published model; untouched memory costs nothing, and the list of missing names helps more

    /// <summary>Compares an estimate with what the checkpoint holds.</summary>
    /// <exception cref="CheckpointException">The config describes a much larger model.</exception>
    public static void Require(double parameters, IWeightSource weights)
    {
        double held = weights.Entries.Values.Sum(entry => (double)entry.Count);
        if (parameters > Slack * held + Harmless)
            throw new CheckpointException(CheckpointError.Mismatch, $"the config describes about {parameters:E1} parameters, the weights hold {held:E1}: they do not belong together");
    }
}
