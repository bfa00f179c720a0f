using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Seed;

/// <summary>Three linear layers without bias, ReLU between them, on every token: [B, M, C] to [B, M, 32]. Keys: 0, 2, 4.</summary>
internal sealed class ImageDown : Module<Tensor, Tensor>
{
    /// <summary>Width of the result; the widths are constants of the published code.</summary>
    public const int Outputs = 32;

    [ComponentName(Name = "0")] private readonly Linear _first;
    [ComponentName(Name = "2")] private readonly Linear _second;
    [ComponentName(Name = "4")] private readonly Linear _third;

    public ImageDown(int inputs) : base(nameof(ImageDown))
    {
        _first = new Linear(inputs, 256, bias: false);
        _second = new Linear(256, 128, bias: false);
        _third = new Linear(128, Outputs, bias: false);
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        _first.Initialize(generator);
        _second.Initialize(generator);
        _third.Initialize(generator);
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return _third.call(_second.call(_first.call(input).relu()).relu()).MoveToOuterDisposeScope();
    }
}
