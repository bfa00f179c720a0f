using TorchSharp.Utils;
using Vtok.Models.Layers;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Lavit;

/// <summary>Decides which patches become tokens (LaVIT, section 3.1; DynamicViT, arXiv 2106.02034): features [B, N, C] to log probabilities [B, N, 2].</summary>
/// <remarks>Always in float32; component 0 is "keep", 1 is "drop". Keys: in_conv.0 (norm), in_conv.1, out_conv.0, out_conv.2, out_conv.4.</remarks>
public sealed class TokenSelector : Module<Tensor, Tensor>
{
    [ComponentName(Name = "in_conv")] private readonly TorchSharp.Modules.ModuleDict<Module<Tensor, Tensor>> _input;
    [ComponentName(Name = "out_conv")] private readonly TorchSharp.Modules.ModuleDict<Module<Tensor, Tensor>> _output;
    private readonly int _half;

    /// <summary>Creates the selector.</summary>
    /// <param name="width">Width of the features (C), a multiple of 4.</param>
    public TokenSelector(int width) : base(nameof(TokenSelector))
    {
        if (width < 4 || width % 4 != 0)
            throw new ArgumentException($"width {width}: the selector halves it twice");
        _half = width / 2;
        _input = ModuleDict<Module<Tensor, Tensor>>(("0", new LayerNorm(width)), ("1", new Linear(width, width)));
        _output = ModuleDict<Module<Tensor, Tensor>>(("0", new Linear(width, width / 2)), ("2", new Linear(width / 2, width / 4)), ("4", new Linear(width / 4, 2)));
        RegisterComponents();
    }

    /// <summary>Truncated normal weights, biases zero.</summary>
    public void Initialize(double deviation, Generator generator)
    {
        foreach (Linear layer in _input.values().Concat(_output.values()).OfType<Linear>())
            layer.Initialize(deviation, generator);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor features) => LogProbabilities(features, null);

    /// <summary>Log probabilities of keeping and dropping.</summary>
    /// <param name="features">[B, N, C].</param>
    /// <param name="mask">[B, N, 1], which patches the picture's mean is over; null means all, as in the tokenizer.</param>
    /// <returns>[B, N, 2] float32.</returns>
    public Tensor LogProbabilities(Tensor features, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = functional.gelu(_input["1"].call(_input["0"].call(features.to(ScalarType.Float32))));    // [B, N, C]
        Tensor local = hidden.narrow(2, 0, _half), rest = hidden.narrow(2, _half, _half);                        // 2 x [B, N, C/2]
        Tensor mean = mask is null ? rest.mean([1], keepdim: true) : (rest * mask).sum(1, keepdim: true) / mask.sum(1, keepdim: true); // [B, 1, C/2]
        Tensor both = cat([local, mean.expand(-1, rest.size(1), -1)], 2);                                        // [B, N, C]
        Tensor narrowed = functional.gelu(_output["2"].call(functional.gelu(_output["0"].call(both))));          // [B, N, C/4]
        return functional.log_softmax(_output["4"].call(narrowed), -1).MoveToOuterDisposeScope();
    }
}
