namespace Vtok.Training.Titok;

/// <summary>Which parameters' weights decay in the published training of TiTok and One-D-Piece.</summary>
internal static class ParameterDecay
{
    private static readonly string[] Spared = ["ln", "bias", "latent_tokens", "mask_token", "embedding", "norm", "gamma"];

    /// <summary>TiTok's rule: matrices whose name holds none of the spared words, "embed" among them.</summary>
    public static bool Titok(string name, Tensor parameter) => OneDPiece(name, parameter) && !name.Contains("embed", StringComparison.Ordinal);

    /// <summary>One-D-Piece's rule, which is older: patch_embed and decoder_embed decay as well.</summary>
    public static bool OneDPiece(string name, Tensor parameter) =>
        parameter.ndim >= 2 && !Spared.Any(word => name.Contains(word, StringComparison.Ordinal));

    /// <summary>The rule of a family.</summary>
    /// <param name="nested">Whether it is One-D-Piece.</param>
    public static Func<string, Tensor, bool> Of(bool nested) => nested ? OneDPiece : Titok;
}
