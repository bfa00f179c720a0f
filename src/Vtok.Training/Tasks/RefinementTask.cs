using Vtok.Models.Residual;
using Vtok.Torch;
using Vtok.Training.Data;
using Vtok.Training.Measures;
using Vtok.Training.Recipes;

namespace Vtok.Training.Tasks;

/// <summary>Stage B of the residual tokenizer: trains a <see cref="RefinementDecoder"/> over tokens that stay as they are, at random prefix lengths.</summary>
internal sealed class RefinementTask : TrainingTask
{
    private static readonly int[] Lengths = [16, 32, 64, 128, 256];

    private readonly Recipe _recipe;
    private readonly RefinementSettings _settings;
    private readonly RefinementData _data;
    private readonly RefinementLoss _loss;
    private readonly RefinementDecoder _decoder;
    private readonly Device _device;
    private Dictionary<int, double>? _linear; // PSNR of the linear pictures at each length

    public RefinementTask(Recipe recipe, RefinementSettings settings, RefinementData data, RefinementLoss loss, RefinementDecoder decoder, Device device)
        => (_recipe, _settings, _data, _loss, _decoder, _device) = (recipe, settings, data, loss, decoder, device);

    public override nn.Module Model => _decoder;

    public override Opponent? Opponent => _loss.Opponent;

    public override long? KeptBytes => _settings.Checkpointing ? null
        : KeptActivations.OfRefinement(_decoder.Config, RefinementPlanes.Count(_data.Codebooks.Config), _settings.Window, _recipe.Bfloat16);

    public override string? DataDigest => _data.Digest;

    public override TrainingBatch MakeBatch(long step) => _data.Draw(_recipe, _settings, step);

    public override IReadOnlyList<LossTerm> Losses(TrainingBatch batch)
    {
        Tensor pictures = batch["pictures"].to(_device);
        Tensor lengths = batch["lengths"].to(_device);
        long[] corner = batch["corner"].data<long>().ToArray();
        RefinementInput input;
        using (no_grad())
        {
            StagePlanes stages = _data.Codebooks.Dequantize(batch["ids"].to(_device), lengths, batch["slots"].to(_device));
            input = RefinementPlanes.Make(_data.Codebooks, stages, new SquareCrop((int)corner[1], (int)corner[0], _settings.Window));
        }
        Tensor output = input.Linear + Correct(input.Planes);
        return _loss.Terms(output, pictures, lengths, batch.Step);
    }

    public override ValidationReport? Validate()
    {
        if (_data.Validation is not { } held)
            return null;
        RefinementHeads.Round(_decoder);
        _linear ??= Lengths.ToDictionary(length => length, length => held.Measure(length, input => input.Linear.alias(), _loss.Distance).Psnr);
        Dictionary<int, LengthReport> reports = Lengths.ToDictionary(length => length, length => held.Measure(length, Refine, _loss.Distance));
        var values = new Dictionary<string, double>();
        foreach ((int length, LengthReport report) in reports)
        {
            foreach ((string name, double value) in report.Quality)
                values[$"{name}{length}"] = value;
            values[$"gain{length}"] = report.Psnr - _linear[length];
            values[$"loss{length}"] = report.Loss;
            values[$"grid{length}"] = Math.Max(report.GridFirst, report.GridSecond);
            values[$"weave{length}"] = report.Weave;
            values[$"fixedPattern{length}"] = report.FixedPattern;
            values[$"excess{length}"] = report.Excess;
        }
        return new ValidationReport(_loss.Score(reports), values);
    }

    public override void WriteSheet(string path)
    {
        if (_data.Validation is not { } held)
            return;
        using DisposeScope scope = NewDisposeScope();
        const int rows = 6;
        Tensor original = PictureTensors.FromBytes(held.Bytes[..rows]);
        Tensor[] columns = [.. Lengths.Select(length => held.Pictures(length, Refine).First().MoveToOtherDisposeScope(scope)[..rows])];
        ReconstructionSheet.Write(path, [original, .. columns]);
    }

    public override void Export(string folder) => RefinementExport.Write(_settings.Model, folder, _settings.Look, _decoder);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _data.Dispose();
            _loss.Dispose();
        }
        base.Dispose(disposing);
    }

    private Tensor Refine(RefinementInput input) => input.Linear + Correct(input.Planes);

    /// <summary>The network's correction in float32, computed in bfloat16 when the recipe says so.</summary>
    private Tensor Correct(Tensor planes)
    {
        using IDisposable? autocast = _recipe.Bfloat16 && _decoder.training ? Autocast.Enter(_device.type) : null;
        return _decoder.call(planes).to(ScalarType.Float32);
    }
}
