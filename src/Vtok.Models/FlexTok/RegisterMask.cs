namespace Vtok.Models.FlexTok;

/// <summary>Which tokens of a sequence [patches, registers] see which others (mask_mode).</summary>
public enum RegisterMask
{
    /// <summary>Patches see patches and never registers; a register sees all patches, itself and those before it ("causal_last").</summary>
    CausalLast,

    /// <summary>All see all ("full").</summary>
    Full,

    /// <summary>A token sees itself and those before it ("causal").</summary>
    Causal,
}
