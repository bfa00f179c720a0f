namespace Vtok.Models.TokenFlow;

/// <summary>The vision transformer whose features the semantic half of the tokens follows.</summary>
public enum TokenFlowTeacher
{
    /// <summary>CLIP ViT-B/16, pictures of 224 (clipb_224).</summary>
    Clip,

    /// <summary>SigLIP-so400m/14, pictures of 384 (siglip_384).</summary>
    SigLip,

    /// <summary>ViTamin-XL, pictures of 256 (vitamin_xlarge_256).</summary>
    ViTamin,
}
