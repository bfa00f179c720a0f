using Vtok.Models.Perceptual;

namespace Vtok.Bench;

/// <summary>A network in a folder and what can be measured of it.</summary>
internal sealed class NetworkSubject : IDisposable
{
    private const int PerceptualSide = 256;

    private readonly IDisposable _network;
    private readonly Func<string, int, Action> _prepare;

    private NetworkSubject(IDisposable network, Func<string, int, Action> prepare) => (_network, _prepare) = (network, prepare);

    /// <summary>Names of what can be measured, found without loading anything; none for a folder that is no network.</summary>
    public static IReadOnlyList<string> Operations(string folder) => Kind(folder) switch
    {
        "mobilenetv2" => ["distance", "distance and gradient"],
        "lpips" => ["distance"],
        _ => [],
    };

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
        _ => null,
    };

    private static Action Distance(Func<Tensor, Tensor, Tensor> distance, int batch)
    {
        Tensor x = Pictures(batch, PerceptualSide, 1) * 2 - 1, y = Pictures(batch, PerceptualSide, 2) * 2 - 1;
        return () =>
        {
            using IDisposable frozen = no_grad();
            using DisposeScope scope = NewDisposeScope();
            distance(x, y);
        };
    }

    private static Action Gradient(Func<Tensor, Tensor, Tensor> distance, int batch)
    {
        Tensor x = (Pictures(batch, PerceptualSide, 1) * 2 - 1).requires_grad_(), y = Pictures(batch, PerceptualSide, 2) * 2 - 1;
        return () =>
        {
            using DisposeScope scope = NewDisposeScope();
            x.grad = null;
            distance(x, y).sum().backward();
        };
    }

    /// <summary>Smooth noise in 0..1, [B, 3, side, side].</summary>
    private static Tensor Pictures(int batch, int side, ulong seed)
    {
        using Tensor coarse = rand([batch, 3, side / 8, side / 8], generator: new Generator(seed));
        return nn.functional.interpolate(coarse, [side, side], mode: InterpolationMode.Bilinear, align_corners: false);
    }
}
