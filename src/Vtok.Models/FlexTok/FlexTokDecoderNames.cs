namespace Vtok.Models.FlexTok;

/// <summary>Names of the decoder's modules that hold parameters; the defaults are the published ones.</summary>
/// <param name="Codes">Codes to registers.</param>
/// <param name="RegisterPositions">Learned positions of the registers.</param>
/// <param name="Dropout">Nested dropout, which owns the mask token.</param>
/// <param name="Null">Null condition.</param>
/// <param name="Patches">Patch embedding of the noisy latents.</param>
/// <param name="PatchPositions">Fixed positions of the patches.</param>
/// <param name="Time">Time embedding.</param>
/// <param name="Transformer">Trunk.</param>
/// <param name="Head">Patches to velocity.</param>
public sealed record FlexTokDecoderNames(
    string Codes = "dec_from_latents",
    string RegisterPositions = "dec_registers_posemb_module",
    string Dropout = "dec_nested_dropout",
    string Null = "dec_latent_dropout",
    string Patches = "dec_noise_patch_emb",
    string PatchPositions = "dec_patches_posemb_module",
    string Time = "dec_time_embedder",
    string Transformer = "dec_transformer",
    string Head = "dec_to_patches");
