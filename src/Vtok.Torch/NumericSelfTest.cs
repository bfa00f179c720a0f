using System.Runtime.InteropServices;
using static TorchSharp.torch.nn;

namespace Vtok.Torch;

/// <summary>Checks that the libtorch that was loaded computes what managed loops compute: a library of another version can load and still give wrong numbers.</summary>
public static class NumericSelfTest
{
    /// <summary>The checks: a name, and what was found wrong or null.</summary>
    /// <param name="device">Where they run.</param>
    /// <returns>One result a check; each runs when it is asked for, and a native failure ends the process.</returns>
    public static IEnumerable<(string Name, string? Fault)> Run(Device device)
    {
        TensorFloat32.Exact(device.type);
        yield return ("views: shape, stride, type, offset", Guard(() => Views(device)));
        yield return ("bytes to tensor and back", Guard(() => Bytes(device)));
        yield return ("sum and matrix product", Guard(() => Products(device)));
        yield return ("convolution", Guard(() => Convolution(device)));
        yield return ("attention", Guard(() => Attention(device)));
        yield return ("gradient against finite differences", Guard(() => Gradient(device)));
        yield return ("second derivative", Guard(() => SecondDerivative(device)));
        yield return ("custom function in a backward pass", Guard(() => CustomFunction(device)));
        yield return ("100 steps of AdamW", Guard(() => Optimizer(device)));
        yield return ("errors come back as exceptions", Guard(() => Exceptions(device)));
        yield return ("random state saved and restored", Guard(RandomState));
        yield return ("no tensor left behind", Guard(() => Leaks(device)));
    }

    private static string? Guard(Func<string?> check)
    {
        try
        {
            using DisposeScope scope = NewDisposeScope();
            return check();
        }
        catch (Exception e) when (e is ExternalException or InvalidOperationException or ArgumentException or NotSupportedException or EntryPointNotFoundException)
        {
            return $"{e.GetType().Name}: {e.Message.Split('\n')[0]}";
        }
    }

    private static string? Views(Device device)
    {
        Tensor view = arange(24, ScalarType.Float32, device).view(2, 3, 4).transpose(1, 2).narrow(1, 1, 2); // [2, 2, 3]
        bool right = view.shape.AsSpan().SequenceEqual([2, 2, 3]) && view.stride().AsSpan().SequenceEqual([12, 1, 4])
            && view.dtype == ScalarType.Float32 && view.numel() == 12 && view.storage_offset() == 1;
        float[] values = view.contiguous().cpu().data<float>().ToArray();
        return right && values.AsSpan().SequenceEqual([1, 5, 9, 2, 6, 10, 13, 17, 21, 14, 18, 22]) ? null : "a view has another shape or other values than it should";
    }

    private static string? Bytes(Device device)
    {
        byte[] sent = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        return tensor(sent, ScalarType.Byte).to(device).cpu().data<byte>().ToArray().AsSpan().SequenceEqual(sent) ? null : "other bytes came back";
    }

    private static string? Products(Device device)
    {
        float[] a = Values(7 * 5), b = Values(5 * 6);
        float[] product = new float[7 * 6];
        for (int i = 0; i < 7; i++)
            for (int j = 0; j < 6; j++)
                for (int k = 0; k < 5; k++)
                    product[i * 6 + j] += a[i * 5 + k] * b[k * 6 + j];
        return Compare(SafeOps.MatMul(On(a, device, 7, 5), On(b, device, 5, 6)), product) ?? Compare(On(a, device, 7, 5).sum(), [a.Sum()]);
    }

    private static string? Convolution(Device device)
    {
        float[] x = Values(6 * 6), w = Values(3 * 3);
        float[] expected = new float[4 * 4];
        for (int i = 0; i < 16; i++)
            for (int k = 0; k < 9; k++)
                expected[i] += x[(i / 4 + k / 3) * 6 + i % 4 + k % 3] * w[k];
        return Compare(functional.conv2d(On(x, device, 1, 1, 6, 6), On(w, device, 1, 1, 3, 3)), expected);
    }

    private static string? Attention(Device device)
    {
        Tensor q = On(Values(5 * 8), device, 1, 1, 5, 8), k = On(Values(7 * 8), device, 1, 1, 7, 8), v = On(Values(7 * 8), device, 1, 1, 7, 8);
        Tensor written = q.view(5, 8).mm(k.view(7, 8).t()).div(Math.Sqrt(8)).softmax(-1).mm(v.view(7, 8)); // [5, 8]
        return Compare(functional.scaled_dot_product_attention(q, k, v), written.cpu().data<float>().ToArray());
    }

    private static string? Gradient(Device device)
    {
        Tensor x = On(Values(4 * 3), device, 4, 3), first = On(Values(3 * 5), device, 3, 5), second = On(Values(5), device, 5, 1);
        double Loss(Tensor w) => x.mm(w).tanh().mm(second).pow(2).mean().to(ScalarType.Float64).item<double>();
        Tensor parameter = first.clone().requires_grad_();
        Tensor gradient = SafeOps.Grad(x.mm(parameter).tanh().mm(second).pow(2).mean(), [parameter])[0];
        float[] found = gradient.cpu().data<float>().ToArray();
        for (int i = 0; i < found.Length; i++)
        {
            const float Step = 1e-2f;
            float[] up = Values(3 * 5), down = Values(3 * 5);
            up[i] += Step;
            down[i] -= Step;
            double slope = (Loss(On(up, device, 3, 5)) - Loss(On(down, device, 3, 5))) / (2 * Step);
            if (Math.Abs(slope - found[i]) > 2e-3)
                return $"gradient {i} is {found[i]}, finite differences say {slope}";
        }
        return null;
    }

    private static string? SecondDerivative(Device device)
    {
        Tensor x = tensor(3f, device: device).requires_grad_();
        Tensor slope = SafeOps.Grad(x.pow(3), [x], createGraph: true)[0];
        return Compare(SafeOps.Grad(slope, [x])[0], [18f]);
    }

    private static string? CustomFunction(Device device)
    {
        Tensor x = On(Values(6), device, 2, 3).requires_grad_(), weight = On(Values(3), device, 3, 1);
        Tensor Block(Tensor t) => t.tanh().mm(weight).exp(); // [2, 1]
        Tensor plain = SafeOps.Grad(Block(x).sum(), [x])[0];
        GradientCheckpoint.Run(Block, x).sum().backward();
        return Compare(x.grad!, plain.cpu().data<float>().ToArray());
    }

    private static string? Optimizer(Device device)
    {
        const double Rate = 1e-2, Decay = 0.01;
        float[] start = Values(6);
        using var parameter = new Parameter(On(start, device, 6));
        using var optimizer = new FusedAdamW([parameter]) { LearningRate = Rate, WeightDecay = Decay };
        double[] w = [.. start.Select(v => (double)v)], first = new double[6], second = new double[6];
        for (int step = 1; step <= 100; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            parameter.grad = null;
            parameter.pow(2).sum().backward();
            optimizer.Step();
            for (int i = 0; i < 6; i++)
            {
                double gradient = 2 * w[i];
                first[i] = 0.9 * first[i] + 0.1 * gradient;
                second[i] = 0.999 * second[i] + 0.001 * gradient * gradient;
                double size = Math.Sqrt(second[i] / (1 - Math.Pow(0.999, step))) + 1e-8;
                w[i] = w[i] * (1 - Rate * Decay) - Rate * first[i] / (1 - Math.Pow(0.9, step)) / size;
            }
        }
        return Compare(parameter.detach(), [.. w.Select(v => (float)v)]);
    }

    private static string? Exceptions(Device device)
    {
        try
        {
            using Tensor wrong = functional.linear(zeros([2, 3], device: device), zeros([4, 5], device: device));
            return "shapes that do not fit were accepted";
        }
        catch (ExternalException)
        {
            return null;
        }
    }

    private static string? RandomState()
    {
        using var generator = new Generator(5);
        Tensor state = generator.get_state();
        float[] first = rand([8], generator: generator).data<float>().ToArray();
        generator.set_state(state);
        return rand([8], generator: generator).data<float>().ToArray().AsSpan().SequenceEqual(first) ? null : "the restored state gives other numbers";
    }

    private static string? Leaks(Device device)
    {
        long before = Tensor.TotalCount;
        for (int i = 0; i < 50; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            _ = functional.relu(On(Values(64), device, 8, 8).mm(On(Values(64), device, 8, 8)));
        }
        long left = Tensor.TotalCount - before;
        return left <= 0 ? null : $"{left} tensors are left after 50 rounds";
    }

    private static float[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => (float)Math.Sin(i * 0.7 + 0.3))];

    private static Tensor On(float[] values, Device device, params long[] shape) => tensor(values, shape, ScalarType.Float32).to(device);

    private static string? Compare(Tensor found, float[] expected)
    {
        float[] values = found.contiguous().cpu().data<float>().ToArray();
        if (values.Length != expected.Length)
            return $"{values.Length} values, expected {expected.Length}";
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(values[i] - expected[i]) <= 1e-4f * Math.Max(1, Math.Abs(expected[i]))))
                return $"value {i} is {values[i]}, managed loops say {expected[i]}";
        return null;
    }
}
