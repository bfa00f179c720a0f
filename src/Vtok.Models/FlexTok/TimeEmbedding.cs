using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch.nn;
using Linear = Vtok.Models.Layers.Linear;

namespace Vtok.Models.FlexTok;

/// <summary>Times [T] to embeddings [T, D]. Keys: mlp.0, mlp.2.</summary>
internal sealed class TimeEmbedding : Module<Tensor, Tensor>
{
    [ComponentName(Name = "mlp")] private readonly ModuleDict<Linear> _mlp;
    private readonly int _features;
    private readonly double _maxTime;

    public TimeEmbedding(int features, double maxTime, int width) : base(nameof(TimeEmbedding))
    {
        (_features, _maxTime) = (features, maxTime);
        _mlp = ModuleDict<Linear>(("0", new Linear(features, width)), ("2", new Linear(width, width)));
        RegisterComponents();
    }

    public void Initialize(Generator generator)
    {
        foreach (Linear layer in _mlp.values())
            FlexInitialization.Xavier(layer, generator);
    }

    /// <summary>Cosines, then sines, of a time: [T] to [T, features].</summary>
    public static Tensor Waves(Tensor times, int features, double maxTime)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor frequencies = tensor(WaveFrequencies.Of(features, maxTime), device: times.device);
        Tensor angles = times.to(ScalarType.Float32).unsqueeze(1) * frequencies;   // [T, features/2]
        return cat([angles.cos(), angles.sin()], 1).MoveToOuterDisposeScope();     // [T, features]
    }

    public override Tensor forward(Tensor times)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor waves = Waves(times, _features, _maxTime);
        return _mlp["2"].call(functional.silu(_mlp["0"].call(waves))).MoveToOuterDisposeScope();
    }
}
