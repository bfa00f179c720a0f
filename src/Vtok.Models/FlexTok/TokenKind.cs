namespace Vtok.Models.FlexTok;

/// <summary>The two kinds of tokens in a sequence.</summary>
internal enum TokenKind
{
    /// <summary>A piece of the latents' grid.</summary>
    Patches,

    /// <summary>A place of the token sequence.</summary>
    Registers,
}
