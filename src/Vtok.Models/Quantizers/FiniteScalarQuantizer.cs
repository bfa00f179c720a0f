using Vtok.Torch;
using static TorchSharp.torch.nn;

namespace Vtok.Models.Quantizers;

/// <summary>Finite scalar quantization: every dimension is squashed and rounded to a few levels (FSQ, arXiv 2309.15505, section 3).</summary>
/// <remarks>
/// No parameters and no losses. A code has D values in -1..1: digit i of the id less floor(L_i / 2), divided by floor(L_i / 2).
/// An even number of levels reaches one step further down than up.
/// </remarks>
public sealed class FiniteScalarQuantizer : Module<Tensor, Tensor>, IQuantizer
{
    // Lets the squashed value pass a little beyond the outer levels, so that they are reached (published implementation).
    private const double Slack = 1e-3;

    private readonly Constants _constants;

    /// <summary>Creates the quantizer.</summary>
    /// <exception cref="ArgumentException">The levels are out of range.</exception>
    public FiniteScalarQuantizer(FiniteScalarQuantizerConfig config) : base(nameof(FiniteScalarQuantizer))
    {
        config.Validate();
        Config = config;
        CodebookSize = config.Levels.Aggregate(1, (product, levels) => product * levels);
        _constants = new Constants(config.Levels);
    }

    /// <summary>The settings.</summary>
    public FiniteScalarQuantizerConfig Config { get; }

    /// <inheritdoc/>
    public int CodebookSize { get; }

    /// <inheritdoc/>
    public int CodeDimension => Config.Levels.Count;

    /// <summary>Features squashed into the levels' range, before rounding: [..., D].</summary>
    public Tensor Bound(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable? exact = Autocast.Suspend(features.device_type);
        Constants c = _constants.On(features.device);
        return ((QuantizerInput.Features(features, CodeDimension) + c.Shift).tanh() * c.Half - c.Offset).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor features)
    {
        using IDisposable quiet = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor bounded = Bound(features);
        QuantizerInput.RequireFinite(features); // not the bounded ones: the squashing makes an infinity finite
        return Ids(bounded.round()).MoveToOuterDisposeScope(); // halves go to the even level
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor ids)
    {
        QuantizerInput.RequireIds(ids);
        using DisposeScope scope = NewDisposeScope();
        Constants c = _constants.On(ids.device);
        Tensor digits = ids.unsqueeze(-1).div(c.Basis, RoundingMode.floor).remainder(c.Levels); // [..., D]
        return ((digits.to(ScalarType.Float32) - c.Middle) / c.Middle).MoveToOuterDisposeScope();
    }

    /// <summary>Features to codes, as <see cref="Quantize"/> without the rest.</summary>
    public override Tensor forward(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        return Quantize(features).Quantized.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public QuantizerOutput Quantize(Tensor features)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor bounded = Bound(features);
        Tensor rounded = bounded.round();
        Tensor through = bounded + (rounded - bounded).detach(); // value of the level, gradient of the squashing
        return new QuantizerOutput(
            (through / _constants.On(features.device).Middle).MoveToOuterDisposeScope(),
            Ids(rounded.detach()).MoveToOuterDisposeScope(),
            new Dictionary<string, Tensor>());
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _constants.Dispose();
        base.Dispose(disposing);
    }

    private Tensor Ids(Tensor rounded)
    {
        Constants c = _constants.On(rounded.device);
        return ((rounded + c.Middle).to(ScalarType.Int64) * c.Basis).sum(-1);
    }

    /// <summary>Numbers derived from the levels, remade when the device changes; in a class of their own, so that they are no buffers of the module.</summary>
    private sealed class Constants(IReadOnlyList<int> levels) : IDisposable
    {
        private Device? _device;
        private Tensor[] _tensors = [];

        public Tensor Half => _tensors[0];

        public Tensor Offset => _tensors[1];

        public Tensor Shift => _tensors[2];

        public Tensor Middle => _tensors[3];

        public Tensor Basis => _tensors[4];

        public Tensor Levels => _tensors[5];

        public Constants On(Device device)
        {
            if (_device is { } known && known.type == device.type && known.index == device.index)
                return this;
            Dispose();
            // In float32 as published: for two levels the shift magnifies the rounding of half a thousandfold.
            float[] half = [.. levels.Select(l => (float)((l - 1) * (1 + Slack) / 2))];
            float[] offset = [.. levels.Select(l => l % 2 == 0 ? 0.5f : 0)];
            var basis = new long[levels.Count];
            basis[0] = 1;
            for (int i = 1; i < basis.Length; i++)
                basis[i] = basis[i - 1] * levels[i - 1];
            Tensor Floats(IEnumerable<float> values) => tensor([.. values], device: device).DetachFromDisposeScope();
            Tensor Integers(IEnumerable<long> values) => tensor([.. values], device: device).DetachFromDisposeScope();
            _tensors =
            [
                Floats(half), Floats(offset), Floats(offset.Zip(half, (o, h) => MathF.Atanh(o / h))),
                Floats(levels.Select(l => (float)(l / 2))), Integers(basis), Integers(levels.Select(l => (long)l)),
            ];
            _device = device;
            return this;
        }

        public void Dispose()
        {
            foreach (Tensor tensor in _tensors)
                tensor.Dispose();
            (_tensors, _device) = ([], null);
        }
    }
}
