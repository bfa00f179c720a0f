using Vtok.Models.Residual;
using Vtok.Training.Recipes;

namespace Vtok.Training.Tasks;

/// <summary>Placeholder until the distance lands.</summary>
internal sealed class VividLoss : RefinementLoss
{
    public static VividLoss Load(Recipe recipe, RefinementSettings settings, Device device) => throw new NotSupportedException();

    public override IReadOnlyList<LossTerm> Terms(Tensor output, Tensor pictures, Tensor lengths, long step) => throw new NotSupportedException();
}
