using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Codes [..., d] to register tokens [..., D]. Keys: proj.weight, proj.bias.</summary>
internal sealed class CodeEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")] private readonly Linear _projection;

    public CodeEmbedding(int codeDimension, int width) : base(nameof(CodeEmbedding))
    {
        _projection = new Linear(codeDimension, width);
        RegisterComponents();
    }

    /// <summary>Where the weights are.</summary>
    public Device Device => _projection.Weight.device;

    public void Initialize(Generator generator) => FlexInitialization.Xavier(_projection, generator);

    public override Tensor forward(Tensor codes) => _projection.call(codes);
}
