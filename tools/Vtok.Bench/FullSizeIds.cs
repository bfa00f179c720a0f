namespace Vtok.Bench;

/// <summary>How many tokens of some pictures change with the way of working.</summary>
/// <param name="Tokens">Tokens of all pictures, worked one by one with one thread.</param>
/// <param name="Distinct">Different ids among them.</param>
/// <param name="Ways">The other ways.</param>
internal sealed record FullSizeIds(int Tokens, int Distinct, IReadOnlyList<FullSizeIds.Way> Ways)
{
    /// <summary>One other way.</summary>
    /// <param name="Name">What was different.</param>
    /// <param name="Differing">Tokens that are not there or have another id.</param>
    public sealed record Way(string Name, int Differing);
}
