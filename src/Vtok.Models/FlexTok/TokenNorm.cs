using static TorchSharp.torch.nn;

namespace Vtok.Models.FlexTok;

/// <summary>The normalisation of FlexTok's networks, over the last dimension. Keys: weight and bias, where it has them.</summary>
internal sealed class TokenNorm : Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-5;
    private const string Scale = "weight", Shift = "bias";

    private readonly TokenNormKind _kind;
    private readonly long[] _width;

    public TokenNorm(int width, TokenNormKind kind = TokenNormKind.Plain) : base(nameof(TokenNorm))
    {
        (_kind, _width) = (kind, [width]);
        if (kind is TokenNormKind.Scaled or TokenNormKind.Affine)
            register_parameter(Scale, new TorchSharp.Modules.Parameter(ones(width)));
        if (kind == TokenNormKind.Affine)
            register_parameter(Shift, new TorchSharp.Modules.Parameter(zeros(width)));
    }

    public override Tensor forward(Tensor input) =>
        _kind == TokenNormKind.None ? input.alias() : functional.layer_norm(input, _width, get_parameter(Scale), get_parameter(Shift), Epsilon);
}
