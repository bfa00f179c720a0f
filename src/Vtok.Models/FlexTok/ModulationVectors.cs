using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Activated time embeddings [T, D] to modulation vectors [T, n D]. Keys: 1.weight, 1.bias (0 is the SiLU before it).</summary>
internal sealed class ModulationVectors : Module<Tensor, Tensor>
{
    [ComponentName(Name = "1")] private readonly Linear _projection;

    public ModulationVectors(int width, int vectors, bool bias = true) : base(nameof(ModulationVectors))
    {
        _projection = new Linear(width, vectors * width, bias);
        RegisterComponents();
    }

    /// <summary>Zero: no shift, no scale, and gates that are closed.</summary>
    public void Initialize() => FlexInitialization.Zero(_projection);

    public override Tensor forward(Tensor activated) => _projection.call(activated);
}
