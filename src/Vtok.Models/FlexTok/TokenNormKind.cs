namespace Vtok.Models.FlexTok;

/// <summary>What a normalisation learns (norm_layer: Fp32LayerNorm with elementwise_affine and bias).</summary>
public enum TokenNormKind
{
    /// <summary>Nothing, as in all published tokenizers.</summary>
    Plain,

    /// <summary>A scale.</summary>
    Scaled,

    /// <summary>A scale and a shift.</summary>
    Affine,

    /// <summary>There is no normalisation (norm_layer null, in heads).</summary>
    None,
}
