using TorchSharp;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

/// <summary>Learns a fixed linear map from noise: quick, and every step depends on all earlier ones.</summary>
internal sealed class TinyTask : TrainingTask
{
    private readonly TorchSharp.Modules.Linear _model;
    private readonly int _seed;

    public TinyTask(int seed = 3)
    {
        _seed = seed;
        _model = nn.Linear(6, 5);
        using (no_grad())
        using (NewDisposeScope())
        {
            var draw = new RandomDraw(seed, 0, "start");
            using Generator generator = draw.NextGenerator();
            _model.weight.normal_(0, 1, generator);
            _model.bias!.zero_();
        }
    }

    /// <summary>Samples a step.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Names the data.</summary>
    public string? Data { get; init; }

    /// <summary>Called after every step with the steps done before it.</summary>
    public Action<long>? OnStep { get; init; }

    /// <summary>Called with the step before its loss; may spoil the loss.</summary>
    public Func<long, Tensor, Tensor>? OnLoss { get; init; }

    public override string? DataDigest => Data;

    public override nn.Module Model => _model;

    public Tensor Weight => _model.weight;

    public override TrainingBatch MakeBatch(long step)
    {
        using DisposeScope scope = NewDisposeScope();
        var draw = new RandomDraw(_seed, step, "batch");
        using Generator generator = draw.NextGenerator();
        Tensor x = randn([Batch, 6], generator: generator);
        Tensor y = x[.., ..5] * 2 + x.sum(1, keepdim: true);
        return new TrainingBatch(step, Batch, new Dictionary<string, Tensor> { ["x"] = x.DetachFromDisposeScope(), ["y"] = y.DetachFromDisposeScope() });
    }

    public override IReadOnlyList<LossTerm> Losses(TrainingBatch batch)
    {
        Tensor error = _model.call(batch["x"]) - batch["y"];
        Tensor loss = error.square().mean();
        return [new LossTerm("square", OnLoss?.Invoke(batch.Step, loss) ?? loss), new LossTerm("absolute", error.abs().mean(), Weight: 0)];
    }

    public override void AfterStep(long step) => OnStep?.Invoke(step);

    public override ValidationReport Validate()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using TrainingBatch batch = MakeBatch(1_000_000);
        double error = (_model.call(batch["x"]) - batch["y"]).square().mean().item<float>();
        return new ValidationReport(-error, new Dictionary<string, double> { ["error"] = error });
    }
}
