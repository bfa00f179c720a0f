namespace Vtok.Models.Seed;

/// <summary>What a SEED de-tokenizer ends in.</summary>
public enum SeedHead
{
    /// <summary>SEED-2 as published: three small linear layers a token, then one over all tokens: [B, 1024] in CLIP's image space.</summary>
    ImageDown,

    /// <summary>SEED-2 in the training code: a reverse Q-Former with one query: [B, 1024] in CLIP's image space.</summary>
    ReverseQFormer,

    /// <summary>SEED-1: a reverse Q-Former with 77 queries: [B, 77, 768] in CLIP's text space.</summary>
    Text,
}
