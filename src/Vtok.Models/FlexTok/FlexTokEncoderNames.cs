namespace Vtok.Models.FlexTok;

/// <summary>Names of the encoder's modules that hold parameters; the defaults are the published ones.</summary>
/// <param name="Patches">Patch embedding.</param>
/// <param name="Positions">Fixed positions of the patches.</param>
/// <param name="Registers">Learned registers.</param>
/// <param name="Transformer">Trunk.</param>
/// <param name="Head">Registers to codes.</param>
public sealed record FlexTokEncoderNames(
    string Patches = "enc_patch_emb",
    string Positions = "enc_posemb_module",
    string Registers = "enc_register_module",
    string Transformer = "enc_transformer",
    string Head = "enc_to_latents");
