using System.Runtime.InteropServices;
using System.Text;

namespace Vtok.Parity;

/// <summary>Weights that are a formula of their names, so that cases of published size need no files.</summary>
internal static class FormulaWeights
{
    /// <summary>Fills every parameter; buffers keep their values.</summary>
    public static void Fill(nn.Module module)
    {
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in module.named_parameters())
        {
            (double offset, double factor) = parameter.ndim > 1
                ? (0, Math.Sqrt(3.0 * parameter.size(0) / parameter.numel()))
                : name.EndsWith("weight", StringComparison.Ordinal) ? (1, 0.1) : (0, 0.05);
            Write(name, parameter, offset, factor);
        }
    }

    /// <summary>An input, in -1..1.</summary>
    public static Tensor Input(string name, long[] shape)
    {
        Tensor input = empty(shape);
        Write(name, input, 0, 1);
        return input;
    }

    private static void Write(string name, Tensor target, double offset, double factor)
    {
        ulong seed = Seed(name);
        Span<float> values = MemoryMarshal.Cast<byte, float>(target.bytes);
        for (int j = 0; j < values.Length; j++)
            values[j] = (float)(offset + factor * Value(seed + (ulong)(j + 1L) * 0x9E3779B97F4A7C15));
    }

    // FNV-1a of the name.
    private static ulong Seed(string name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 0x100000001b3;
        return hash;
    }

    // SplitMix64's scrambling, to -1..1 in steps of 2^-23.
    private static double Value(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 40) / (double)(1 << 24) * 2 - 1;
    }
}
