using static TorchSharp.torch.nn;

namespace Vtok.Models.Residual;

/// <summary>Starting weights of the refinement decoder, drawn from one seeded generator in the order of construction.</summary>
internal sealed class RefinementInitialization : IDisposable
{
    private readonly Generator _generator;

    public RefinementInitialization(ulong seed) => _generator = new Generator(seed, CPU);

    /// <summary>A convolution whose weights and bias are uniform within gain / sqrt(fan in), zero padding that keeps the size at stride 1.</summary>
    /// <param name="inputs">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="device">Where the weights live.</param>
    /// <param name="stride">Step in pixels.</param>
    /// <param name="gain">Factor of the range.</param>
    /// <param name="zeroBias">Whether the bias starts at zero.</param>
    public TorchSharp.Modules.Conv2d Convolution(int inputs, int outputs, int kernel, Device device, int stride = 1, double gain = 1, bool zeroBias = false)
    {
        double bound = gain / Math.Sqrt((double)inputs * kernel * kernel);
        TorchSharp.Modules.Conv2d convolution = Conv2d(inputs, outputs, kernel, stride: stride, padding: stride == 1 ? kernel / 2 : 0);
        using (no_grad())
        using (NewDisposeScope())
        {
            convolution.weight.uniform_(-bound, bound, _generator);
            if (zeroBias)
                convolution.bias!.zero_();
            else
                convolution.bias!.uniform_(-bound, bound, _generator);
        }
        return convolution.to(device);
    }

    public void Dispose() => _generator.Dispose();
}
