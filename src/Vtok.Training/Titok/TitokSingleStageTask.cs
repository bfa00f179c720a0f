using Vtok.Models.OneDPiece;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>Single-stage training of the one-stage models, discrete or continuous: everything learns from pixels at once (arXiv 2501.07730).</summary>
internal sealed class TitokSingleStageTask(Recipe recipe, TitokSettings settings, OneDPieceNetwork network, PictureDistance? perceptual, Adversary? adversarial,
    Func<long, TrainingBatch> data, HeldOutPictures? held, Device device) : TitokPixelTask(recipe, settings, network, perceptual, adversarial, data, held, device);
