using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>Register tokens [..., D] to features of the quantizer [..., d]. Keys: proj.weight, proj.bias.</summary>
internal sealed class CodeHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")] private readonly Linear _projection;
    private readonly long[] _width;

    public CodeHead(int width, int codeDimension) : base(nameof(CodeHead))
    {
        _projection = new Linear(width, codeDimension);
        _width = [width];
        RegisterComponents();
    }

    public void Initialize() => FlexInitialization.Zero(_projection);

    public override Tensor forward(Tensor registers)
    {
        using DisposeScope scope = NewDisposeScope();
        return _projection.call(TokenNorm.Apply(registers, _width)).MoveToOuterDisposeScope();
    }
}
