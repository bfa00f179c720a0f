namespace Vtok.Parity;

/// <summary>What became of one golden case.</summary>
public enum CaseStatus
{
    /// <summary>Every tensor was compared and is within its tolerance.</summary>
    Ok,

    /// <summary>Something differs, is missing or threw.</summary>
    Fail,

    /// <summary>No runner knows the kind.</summary>
    NotYet,

    /// <summary>Published weights or pictures would be needed that are not here.</summary>
    NeedsWeights,
}
