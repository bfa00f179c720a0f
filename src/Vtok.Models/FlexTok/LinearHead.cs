using TorchSharp.Utils;

namespace Vtok.Models.FlexTok;

/// <summary>Norm and one linear layer. Keys: proj, and norm where it learns.</summary>
internal sealed class LinearHead : TokenHead
{
    [ComponentName(Name = "norm")] private readonly TokenNorm _norm;
    [ComponentName(Name = "proj")] private readonly MuReadout _projection;

    public LinearHead(int width, int features, FlexHeadConfig config) : base(nameof(LinearHead))
    {
        _norm = new TokenNorm(width, config.Norm);
        _projection = new MuReadout(width, features, config);
        RegisterComponents();
    }

    public override void Initialize(Generator generator) => _projection.Initialize();

    public override Tensor forward(Tensor tokens)
    {
        using DisposeScope scope = NewDisposeScope();
        return _projection.call(_norm.call(tokens)).MoveToOuterDisposeScope();
    }
}
