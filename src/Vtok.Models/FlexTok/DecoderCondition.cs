namespace Vtok.Models.FlexTok;

/// <summary>The part of the decoder's input that all steps share.</summary>
/// <param name="Layout">Where the tokens lie.</param>
/// <param name="Tokens">Register rows as they enter the first block, [R, D]; without registers what is added to the patches, [S P, D].</param>
/// <param name="Rows">Patches down.</param>
/// <param name="Columns">Patches across.</param>
internal sealed record DecoderCondition(TokenLayout Layout, Tensor Tokens, long Rows, long Columns) : IDisposable
{
    public void Dispose()
    {
        Layout.Dispose();
        Tokens.Dispose();
    }
}
