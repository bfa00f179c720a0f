using Vtok.Models.OneDPiece;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>The stages that end in pixels, with their perceptual distance and discriminator.</summary>
internal abstract class TitokPixelTask : TitokTask
{
    private readonly Recipe _recipe;
    private readonly PixelObjective _objective;
    private readonly PictureDistance? _perceptual;
    private readonly Adversary? _adversarial;
    private readonly DiscriminatorOpponent? _opponent;
    private readonly bool _onlyDrawn; // tokens of weights that were only drawn mean nothing

    /// <summary>Prepares the task; it owns network, perceptual distance, discriminator and held-out pictures.</summary>
    protected TitokPixelTask(Recipe recipe, TitokSettings settings, OneDPieceNetwork network, PictureDistance? perceptual, Adversary? adversarial,
        Func<long, TrainingBatch> data, HeldOutPictures? held, Device device) : base(recipe, settings.Lengths, network, data, held, device)
    {
        (_recipe, _perceptual, _adversarial, _onlyDrawn) = (recipe, perceptual, adversarial, settings.DecoderOnly && settings.StartFrom is null);
        _objective = new PixelObjective(network, new GeneratorLoss(settings.Loss, perceptual, adversarial, network.Config.Continuous), settings.DecoderOnly);
        if (adversarial is null)
            return;
        // The floor of the recipe is a share of the rate; the discriminator falls to the same absolute rate as the network.
        ScheduleRecipe shape = recipe.Schedule;
        double end = shape.Floor * recipe.Optimizer.LearningRate;
        TickSchedule schedule = TickSchedule.Discriminator(settings.DiscriminatorRate, end, shape.Warmup, recipe.Steps, adversarial.Settings.Start) with { Cosine = shape.Falls };
        _opponent = new DiscriminatorOpponent(adversarial, recipe.Optimizer, schedule, ParameterDecay.Of(network.Config.Nested));
    }

    public override Opponent? Opponent => _opponent;

    public override string? LacksStart => _onlyDrawn ? "settings.decoderOnly: the tokens that stay as they are must be those of a model; name it with --init-from or settings.startFrom" : null;

    protected override IReadOnlyList<LossTerm> Losses(Tensor pictures, Tensor? text, long step, BatchShare share)
    {
        using Generator noise = new RandomDraw(_recipe.Seed, step, "noise").NextGenerator();
        OneDPieceConfig config = Network.Config;
        Tensor? draws = config.Continuous ? share.Rows(randn([share.Whole, config.TokenSize, 1, config.LatentTokens], generator: noise)).to(pictures.device) : null;
        PixelOutput output = _objective.Run(pictures, step, TokensAt(step, share), draws, text, Health);
        _opponent?.Look(pictures, output.Reconstruction);
        return output.Terms;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _perceptual?.Dispose();
            _adversarial?.Dispose();
        }
        base.Dispose(disposing);
    }
}
