using System.Text.Json.Nodes;
using Vtok.Models.LlamaGen;
using Vtok.Models.OneDPiece;
using Vtok.Models.Quantizers;
using Vtok.Models.Residual;
using Vtok.Torch;
using Vtok.Training.Losses;
using Vtok.Training.Optimization;
using Vtok.Training.Recipes;
using Vtok.Training.Tasks;
using Vtok.Training.Titok;

namespace Vtok.Bench;

/// <summary>A network with its loss on one fixed batch, trained as the loop does it: forward, backward, clip, AdamW, average.</summary>
internal sealed class TrainingSubject : IDisposable
{
    /// <summary>Numbers of the optimizer, the same for every subject.</summary>
    public static OptimizerRecipe Optimizer { get; } = new() { LearningRate = 1e-4, Beta1 = 0.9, Beta2 = 0.99, Epsilon = 1e-8, WeightDecay = 1e-2, Clip = 1 };

    /// <summary>Decay of the average.</summary>
    public const double Average = 0.99;

    private const int Window = 128;
    private const ulong Seed = 7;
    private const double RefinementFloor = 0.001; // of the faithful look's loss

    private readonly Func<IReadOnlyList<LossTerm>> _loss;
    private readonly Trainee _trainee;
    private readonly ExponentialAverage _average;
    private readonly bool _bfloat16;
    private long _step;

    private TrainingSubject(nn.Module model, JsonObject settings, Dictionary<string, Tensor> inputs, bool bfloat16, Func<IReadOnlyList<LossTerm>> loss)
    {
        (Model, Settings, Inputs, _bfloat16, _loss) = (model, settings, inputs, bfloat16, loss);
        model.train();
        _trainee = new Trainee(model, Optimizer, (_, _) => true);
        _average = new ExponentialAverage(model, new AverageDecay { Most = Average, Least = Average });
    }

    /// <summary>The network.</summary>
    public nn.Module Model { get; }

    /// <summary>What another program needs to build it.</summary>
    public JsonObject Settings { get; }

    /// <summary>The batch.</summary>
    public IReadOnlyDictionary<string, Tensor> Inputs { get; }

    /// <summary>The decoder of the residual family on 128-pixel windows: log of the squared error.</summary>
    public static TrainingSubject Refinement(int[] widths, int batch, bool bfloat16 = false)
    {
        int planes = RefinementPlanes.Count(new ResidualConfig());
        var decoder = new RefinementDecoder(planes, new RefinementConfig { Widths = widths }, Seed);
        var inputs = new Dictionary<string, Tensor>
        {
            ["planes"] = Noise([batch, planes, Window / RefinementDecoder.CellSize, Window / RefinementDecoder.CellSize], 1) * 0.3,
            ["linear"] = Pictures(batch, Window) * 2 - 1,
        };
        inputs["pictures"] = inputs["linear"] + Noise([batch, 3, Window, Window], 3) * 0.1;
        var settings = new JsonObject { ["kind"] = "refinement", ["planes"] = planes, ["widths"] = new JsonArray([.. widths.Select(width => (JsonNode)width)]) };
        return new TrainingSubject(decoder, settings, inputs, bfloat16,
            () => [LogMse(inputs["linear"] + decoder.call(inputs["planes"]).to(ScalarType.Float32), inputs["pictures"])]);
    }

    /// <summary>TiTok in its one-stage form on 128-pixel pictures, 32 tokens of 4096 codes: squared error and the quantizer's losses.</summary>
    public static TrainingSubject Titok(int width, int layers, int batch, bool bfloat16 = false)
    {
        var size = new TransformerSize(width, layers, width / 64);
        var config = new OneDPieceConfig
        {
            Encoder = size,
            Decoder = size,
            LatentTokens = 32,
            TokenSize = 16,
            CodebookSize = 4096,
            Form = OneDPieceForm.OneStage,
            CropSize = Window,
        };
        var network = new OneDPieceNetwork(config);
        network.Initialize(new Generator(Seed));
        var objective = new PixelObjective(network, new GeneratorLoss(new PixelLossSettings { QuantizerWeight = 1 }, null, null, continuous: false));
        var inputs = new Dictionary<string, Tensor> { ["pictures"] = Pictures(batch, Window) };
        var settings = new JsonObject
        {
            ["kind"] = "titok",
            ["side"] = Window,
            ["patch"] = config.EncoderPatch,
            ["width"] = width,
            ["layers"] = layers,
            ["heads"] = size.Heads,
            ["tokens"] = config.LatentTokens,
            ["token_size"] = config.TokenSize,
            ["codes"] = config.CodebookSize,
        };
        return new TrainingSubject(network, settings, inputs, bfloat16, () => objective.Run(inputs["pictures"], 0).Terms);
    }

    /// <summary>LlamaGen's network with fewer channels on 64-pixel pictures, 16 pixels a token: squared error and the quantizer's losses.</summary>
    public static TrainingSubject LlamaGen(int channels, int batch, bool bfloat16 = false)
    {
        const int side = 64;
        var config = new LlamaGenConfig { Channels = channels, LatentChannels = 2 * channels, CodebookSize = 1024, NormGroups = Math.Min(32, channels), ShowUsage = false };
        var network = new LlamaGenNetwork(config);
        network.Initialize(new Generator(Seed));
        var inputs = new Dictionary<string, Tensor> { ["pictures"] = Pictures(batch, side) * 2 - 1 };
        var settings = new JsonObject
        {
            ["kind"] = "llamagen",
            ["channels"] = channels,
            ["multipliers"] = new JsonArray([.. config.EncoderMultipliers.Select(multiplier => (JsonNode)multiplier)]),
            ["blocks"] = config.Blocks,
            ["groups"] = config.NormGroups,
            ["latent_channels"] = config.LatentChannels,
            ["codes"] = config.CodebookSize,
            ["code_dimension"] = config.CodeDimension,
        };
        return new TrainingSubject(network, settings, inputs, bfloat16, () =>
        {
            QuantizerOutput codes = network.Quantize(network.Vectors(network.Features(inputs["pictures"])));
            Tensor shown = network.DecodeVectors(codes.Quantized).to(ScalarType.Float32);
            return [new("reconstruction", nn.functional.mse_loss(shown, inputs["pictures"])), new("quantizer", codes.TotalLoss())];
        });
    }

    /// <summary>One step of training; asks for no number, so that nothing waits.</summary>
    public void Step() => Train(loss => 0.0);

    /// <summary>One step of training and its loss.</summary>
    public double LossOfStep() => Train(loss => loss.item<float>());

    public void Dispose()
    {
        _trainee.Dispose();
        _average.Dispose();
        Model.Dispose();
        foreach (Tensor tensor in Inputs.Values)
            tensor.Dispose();
    }

    private double Train(Func<Tensor, double> read)
    {
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<LossTerm> terms;
        using (_bfloat16 ? Autocast.Enter(DeviceType.CPU) : null)
            terms = _loss();
        Tensor loss = _trainee.Backward(terms);
        _trainee.Update(Optimizer.LearningRate);
        _average.Update(_step++);
        return read(loss);
    }

    private static LossTerm LogMse(Tensor output, Tensor pictures) =>
        new("logMse", ((output - pictures).square().mean([1, 2, 3]) + RefinementFloor).log().mean());

    private static Tensor Noise(long[] shape, ulong seed) => randn(shape, generator: new Generator(seed));

    /// <summary>Smooth noise in 0..1.</summary>
    private static Tensor Pictures(int batch, int side)
    {
        using Tensor coarse = rand([batch, 3, 16, 16], generator: new Generator(2));
        return nn.functional.interpolate(coarse, [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
    }
}
