namespace Vtok.Models.OneDPiece;

/// <summary>What the decoder of a TiTok-like model ends in.</summary>
public enum OneDPieceForm
{
    /// <summary>Logits of the proxy tokenizer's codes: the model after its first training stage.</summary>
    StageOne,

    /// <summary>The mixture of proxy codes that the logits weigh, through a convolutional pixel decoder: the published two-stage models.</summary>
    TwoStage,

    /// <summary>Pixels straight from the transformer.</summary>
    OneStage,
}
