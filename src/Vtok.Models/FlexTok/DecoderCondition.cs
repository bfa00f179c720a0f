namespace Vtok.Models.FlexTok;

/// <summary>The part of the decoder's input that all steps share.</summary>
/// <param name="Layout">Where the tokens lie.</param>
/// <param name="Registers">Register rows as they enter the first block, [R, D].</param>
/// <param name="Rows">Patches down.</param>
/// <param name="Columns">Patches across.</param>
internal sealed record DecoderCondition(TokenLayout Layout, Tensor Registers, long Rows, long Columns) : IDisposable
{
    public void Dispose()
    {
        Layout.Dispose();
        Registers.Dispose();
    }
}
