namespace Vtok.Models.FlexTok;

/// <summary>What positions are made of (posemb_type).</summary>
public enum PositionKind
{
    /// <summary>Fixed sines and cosines of both axes, as in all published tokenizers ("sincos").</summary>
    SinesAndCosines,

    /// <summary>A learned vector of the row plus one of the column ("learnable_sum").</summary>
    LearnedSum,

    /// <summary>A learned vector of the row times one of the column ("learnable_prod").</summary>
    LearnedProduct,
}
