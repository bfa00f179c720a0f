using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;
using Vtok.Training.Data;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>Stage one of TiTok and One-D-Piece: the network learns to name the codes of a frozen proxy tokenizer.</summary>
internal sealed class TitokStageOneTask : TitokTask
{
    private readonly ProxyTokenizer _proxy;
    private readonly StageOneObjective _objective;

    /// <summary>Prepares the task; it owns network, proxy and held-out pictures.</summary>
    public TitokStageOneTask(Recipe recipe, TitokSettings settings, OneDPieceNetwork network, ProxyTokenizer proxy, Func<long, TrainingBatch> data, HeldOutPictures? held, Device device)
        : base(recipe, settings.Lengths, network, data, held, device)
    {
        (_proxy, _objective) = (proxy, new StageOneObjective(network, settings.Loss.QuantizerWeight));
        _proxy.eval();
    }

    protected override IReadOnlyList<LossTerm> Losses(Tensor pictures, Tensor? text, long step, BatchShare share)
    {
        Tensor codes;
        using (no_grad())
            codes = _proxy.Encode(pictures);
        return _objective.Run(pictures, codes, TokensAt(step, share), step, Health).Terms;
    }

    // The likeliest codes, decoded by the proxy tokenizer.
    protected override Tensor ToPictures(Tensor vectors, int length, Tensor? text) => _proxy.Decode(Network.Decode(vectors, length).argmax(1));

    public override void Export(string folder) => Export(Network, folder, _proxy);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _proxy.Dispose();
        base.Dispose(disposing);
    }
}
