using TorchSharp.Modules;
using Vtok.Models;
using Vtok.Models.Layers;
using Vtok.Models.LlamaGen;
using Vtok.Models.OneDPiece;
using Vtok.Models.Perceptual;
using Vtok.Models.Weights;

namespace Vtok.Bench;

/// <summary>A network in a folder, or a published one of random weights by its name, and what can be measured of it.</summary>
internal sealed class NetworkSubject : IDisposable
{
    private const int FreeSide = 256;

    private static readonly Dictionary<string, LlamaGenConfig> LlamaGens = new() { ["llamagen-vq-16"] = LlamaGenConfig.Vq16, ["llamagen-vq-8"] = LlamaGenConfig.Vq8 };

    private readonly IDisposable _network;
    private readonly Func<string, int, Action> _prepare;

    private NetworkSubject(IDisposable network, Func<string, int, Action> prepare) => (_network, _prepare) = (network, prepare);

    /// <summary>Names of what can be measured, found without loading anything; none for a folder that is no network.</summary>
    public static IReadOnlyList<string> Operations(string folder) => Kind(folder) switch
    {
        "mobilenetv2" => ["distance", "distance and gradient"],
        "lpips" => ["distance"],
        "model" or "preset" => ["encode", "decode"],
        _ => [],
    };

    /// <summary>Most pictures at once: the perceptual networks keep 100 MB for each, and nobody trains with more of them on a CPU.</summary>
    public static int LargestBatch(string folder) => Kind(folder) is "model" or "preset" ? int.MaxValue : 8;

    /// <summary>Opens a folder.</summary>
    public static NetworkSubject Open(string folder)
    {
        switch (Kind(folder))
        {
            case "mobilenetv2":
                MobileNetV2 mobileNet = MobileNetV2.Open(folder);
                MobileNetDistance mbp = new(mobileNet);
                return new NetworkSubject(mobileNet, (operation, batch) => operation == "distance"
                    ? Distance(mbp.Distance, batch)
                    : Gradient(mbp.Distance, batch));
            case "model" or "preset":
                ITokenizerModel model = Published(folder) ?? ModelFolder.Open(folder);
                return new NetworkSubject(model, (operation, batch) => operation == "encode" ? Encode(model, batch) : Decode(model, batch));
            default:
                LpipsSqueeze lpips = LpipsSqueeze.Open(folder);
                return new NetworkSubject(lpips, (_, batch) => Distance(lpips.Distance, batch));
        }
    }

    /// <summary>Makes the inputs of a batch; the action runs the operation once.</summary>
    public Action Prepare(string operation, int batch) => _prepare(operation, batch);

    public void Dispose() => _network.Dispose();

    private static string? Kind(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) switch
    {
        "perceptual-mobilenetv2" => "mobilenetv2",
        "perceptual-squeezenet-lpips" => "lpips",
        { } name when (OneDPiecePresets.Find(name) is not null || LlamaGens.ContainsKey(name)) && !Directory.Exists(folder) => "preset",
        _ when !Directory.Exists(folder) => throw new InvalidOperationException($"{folder}: neither a model folder nor the name of a published model"),
        _ => File.Exists(Path.Combine(folder, "config.json")) || Directory.EnumerateFiles(folder, "*.y*ml").Any() ? "model" : null,
    };

    private static ITokenizerModel? Published(string name) =>
        OneDPiecePresets.Find(name) is { } preset
            ? new OneDPieceTokenizer(Draw(new OneDPieceNetwork(preset.Config)), OneDPieceInfo.Describe(preset.Config, preset.Name, new string('0', 64)), CPU)
            : LlamaGens.TryGetValue(name, out LlamaGenConfig? config)
                ? new LlamaGenTokenizer(Draw(new LlamaGenNetwork(config)), LlamaGenFamily.Describe(config, new string('0', 64)), CPU)
                : null;

    /// <summary>Speed does not depend on the weights' values.</summary>
    private static T Draw<T>(T network) where T : nn.Module
    {
        network.eval();
        Generator generator = new(1);
        foreach (Parameter parameter in network.parameters())
            Initialization.Normal(parameter, 0.02, generator);
        return network;
    }

    private static Action Encode(ITokenizerModel model, int batch)
    {
        Tensor pictures = Pictures(batch, model.Info.NativeHeight ?? FreeSide, 1, model.Info.NativeWidth);
        return () =>
        {
            using IDisposable frozen = inference_mode();
            using DisposeScope scope = NewDisposeScope();
            model.Encode(pictures);
        };
    }

    private static Action Decode(ITokenizerModel model, int batch)
    {
        using Tensor pictures = Pictures(batch, model.Info.NativeHeight ?? FreeSide, 1, model.Info.NativeWidth);
        Tensor ids = model.Encode(pictures);
        return () =>
        {
            using IDisposable frozen = inference_mode();
            using DisposeScope scope = NewDisposeScope();
            model.Decode(ids);
        };
    }

    private static Action Distance(Func<Tensor, Tensor, Tensor> distance, int batch)
    {
        Tensor x = Pictures(batch, FreeSide, 1) * 2 - 1, y = Pictures(batch, FreeSide, 2) * 2 - 1;
        return () =>
        {
            using IDisposable frozen = no_grad();
            using DisposeScope scope = NewDisposeScope();
            distance(x, y);
        };
    }

    private static Action Gradient(Func<Tensor, Tensor, Tensor> distance, int batch)
    {
        Tensor x = (Pictures(batch, FreeSide, 1) * 2 - 1).requires_grad_(), y = Pictures(batch, FreeSide, 2) * 2 - 1;
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            x.grad = null;
            distance(x, y).sum().backward();
        };
    }

    /// <summary>Smooth noise in 0..1, [B, 3, H, W].</summary>
    private static Tensor Pictures(int batch, int height, ulong seed, int? width = null)
    {
        using Tensor coarse = rand([batch, 3, 32, 32], generator: new Generator(seed));
        return nn.functional.interpolate(coarse, [height, width ?? height], mode: InterpolationMode.Bilinear, align_corners: false);
    }
}
