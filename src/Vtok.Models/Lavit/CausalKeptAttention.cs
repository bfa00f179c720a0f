using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>Self-attention in which every token sees itself and the kept tokens before it: [B, N, C] and a policy [B, 1, N, N] to [B, N, C].</summary>
/// <remarks>Keys: qkv.weight [3C, C], qkv.bias, proj.weight, proj.bias.</remarks>
internal sealed class CausalKeptAttention : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "qkv")] private readonly Linear _projection;
    [ComponentName(Name = "proj")] private readonly Linear _output;
    private readonly int _heads;

    public CausalKeptAttention(int width, int heads) : base(nameof(CausalKeptAttention))
    {
        _projection = new Linear(width, 3 * width);
        _output = new Linear(width, width);
        _heads = heads;
        RegisterComponents();
    }

    public void Initialize(double deviation, Generator generator)
    {
        _projection.Initialize(deviation, generator);
        _output.Initialize(deviation, generator);
    }

    public override Tensor forward(Tensor input, Tensor policy)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] parts = _projection.call(input).chunk(3, dim: -1); // 3 x [B, N, C]
        return _output.call(PolicySoftmax.Mix(parts[0].contiguous(), parts[1].contiguous(), parts[2].contiguous(), _heads, policy)).MoveToOuterDisposeScope();
    }
}
