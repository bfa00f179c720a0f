namespace Vtok.Data;

/// <summary>A sample that could not be used.</summary>
/// <param name="Location">Where it lies.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SkippedSample(string Location, string Reason)
{
    /// <summary>A sample that was refused while it was read or decoded.</summary>
    public static SkippedSample Of(ISampleSource source, int index, Exception refusal)
    {
        string location = source.Locate(index), reason = refusal.Message;
        return new(location, reason.StartsWith(location, StringComparison.Ordinal) ? reason[location.Length..].TrimStart(':', ' ') : reason);
    }
}
