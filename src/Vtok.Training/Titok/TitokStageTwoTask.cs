using Vtok.Models.OneDPiece;
using Vtok.Training.Data;
using Vtok.Training.Losses;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;

namespace Vtok.Training.Titok;

/// <summary>Stage two of TiTok and One-D-Piece: decoder and pixel decoder learn over the tokens of a frozen encoder.</summary>
internal sealed class TitokStageTwoTask(Recipe recipe, TitokSettings settings, OneDPieceNetwork network, PictureDistance? perceptual, Adversary? adversarial,
    Func<long, TrainingBatch> data, HeldOutPictures? held, Device device) : TitokPixelTask(recipe, settings, network, perceptual, adversarial, data, held, device);
