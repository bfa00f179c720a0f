using System.Text;

namespace Vtok.Parity;

/// <summary>Weights and inputs by a formula over their names, so that full-size cases need no weight file (golden format, "formula weights").</summary>
internal static class FormulaValues
{
    /// <summary>Fills every parameter of a network; buffers keep their values.</summary>
    public static void Fill(nn.Module network)
    {
        using IDisposable quiet = no_grad();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.detach().copy_(Parameter(name, parameter.shape));
        }
    }

    /// <summary>A parameter: 1 + 0.1 v for scales, 0.05 v for biases, v sqrt(3 / fan in) for what has two or more dimensions.</summary>
    public static Tensor Parameter(string name, long[] shape)
    {
        long count = shape.Aggregate(1L, (product, size) => product * size);
        if (shape.Length >= 2)
            return Values(name, shape, Math.Sqrt(3.0 / (count / shape[0])), 0);
        return name.EndsWith("weight", StringComparison.Ordinal) ? Values(name, shape, 0.1, 1) : Values(name, shape, 0.05, 0);
    }

    /// <summary>An input: v itself.</summary>
    public static Tensor Input(string name, long[] shape) => Values(name, shape, 1, 0);

    // v in -1..1: SplitMix64 from the FNV-1a hash of the name.
    private static Tensor Values(string name, long[] shape, double scale, double offset)
    {
        ulong state = 0xcbf29ce484222325;
        foreach (byte letter in Encoding.UTF8.GetBytes(name))
            state = (state ^ letter) * 0x100000001b3;
        float[] values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (int j = 0; j < values.Length; j++)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            double v = (z >> 40) / (double)(1 << 24) * 2 - 1;
            values[j] = (float)(offset + v * scale);
        }
        return tensor(values, shape);
    }
}
