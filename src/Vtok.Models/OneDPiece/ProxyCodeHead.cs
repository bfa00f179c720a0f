using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.OneDPiece;

/// <summary>Logits of the proxy tokenizer's codes: [B, D, g, g] to [B, K, g, g]. Keys: 0, 2 (1 is the activation).</summary>
internal sealed class ProxyCodeHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "0")] private readonly Conv2d _expand;
    [ComponentName(Name = "2")] private readonly Conv2d _classify;

    public ProxyCodeHead(int width, int codes) : base(nameof(ProxyCodeHead))
    {
        _expand = new Conv2d(width, 2 * width, 1);
        _classify = new Conv2d(2 * width, codes, 1);
        RegisterComponents();
    }

    public void Initialize(double deviation, Generator generator)
    {
        _expand.Initialize(deviation, generator);
        _classify.Initialize(deviation, generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _classify.call(_expand.call(input).tanh()).MoveToOuterDisposeScope();
    }
}
