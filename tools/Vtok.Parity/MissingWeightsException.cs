namespace Vtok.Parity;

/// <summary>A runner lacks weights or pictures that are not in the golden folder; the row says so and is no failure.</summary>
/// <param name="what">What is needed.</param>
public sealed class MissingWeightsException(string what) : Exception(what);
