using System.Runtime.InteropServices;

namespace Vtok.Torch;

/// <summary>AdamW in one native call a step (at::_fused_adamw_), instead of about seven calls a parameter.</summary>
/// <remarks>Decoupled weight decay as in arXiv 1711.05101; moments are plain tensors, so they can be saved and restored.</remarks>
public sealed unsafe class FusedAdamW : IDisposable
{
    private static readonly delegate* unmanaged<ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef,
        double, double, double, double, double, byte, byte, NoTensor*, NoTensor*, void> Native;

    // A number given in place becomes a Scalar that nothing holds during the native call: when the garbage collector runs just then, its
    // finalizer frees what the call is about to read. Seen twice on a machine with twenty runnable threads.
    private readonly Scalar _one = 1f;
    private readonly Parameter[] _parameters;
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;
    private readonly Tensor[] _steps;

    static FusedAdamW()
    {
        if (!OperatingSystem.IsLinux())
            return;
        nint library = NativeLibrary.Load(Path.Combine(NativeTorch.Load().Directory, "libtorch_cpu.so"));
        const string symbol = "_ZN2at4_ops13_fused_adamw_4callEN3c108ArrayRefINS_6TensorEEES5_S5_S5_S5_S5_dddddbbRKSt8optionalIS4_ES9_";
        if (NativeLibrary.TryGetExport(library, symbol, out nint address))
            Native = (delegate* unmanaged<ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef, ArrayRef,
                double, double, double, double, double, byte, byte, NoTensor*, NoTensor*, void>)address;
    }

    /// <summary>Creates the moments, all zero.</summary>
    public FusedAdamW(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters];
        _first = [.. _parameters.Select(p => zeros_like(p, requires_grad: false).DetachFromDisposeScope())];
        _second = [.. _parameters.Select(p => zeros_like(p, requires_grad: false).DetachFromDisposeScope())];
        _steps = [.. _parameters.Select(p => zeros([], dtype: ScalarType.Float32, device: p.device).DetachFromDisposeScope())];
    }

    /// <summary>Whether this libtorch exports the fused update.</summary>
    public static bool Available => Native != null;

    /// <summary>Step size. Default: 1e-3.</summary>
    public double LearningRate { get; set; } = 1e-3;

    /// <summary>Decay of the first moment. Default: 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment. Default: 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment. Default: 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay. Default: 0.01.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>First moments, second moments and step counts, in the order of the parameters, for saving and restoring in place.</summary>
    public IEnumerable<(Tensor First, Tensor Second, Tensor Step)> State => _parameters.Select((_, i) => (_first[i], _second[i], _steps[i]));

    /// <summary>Updates every parameter that has a gradient.</summary>
    public void Step()
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
        {
            if (!Available)
            {
                StepManaged();
                return;
            }
            int count = 0;
            nint[][] pointers = [.. Enumerable.Range(0, 5).Select(_ => new nint[_parameters.Length])];
            var gradients = new List<Tensor>(_parameters.Length);
            for (int i = 0; i < _parameters.Length; i++)
            {
                if (_parameters[i].grad is not { } gradient)
                    continue;
                gradients.Add(gradient);
                _steps[i].add_(_one, _one);
                // A handle points at an at::Tensor, which is one pointer to its implementation; an ArrayRef<Tensor> is an array of those.
                Tensor[] row = [_parameters[i], gradient, _first[i], _second[i], _steps[i]];
                for (int k = 0; k < 5; k++)
                    pointers[k][count] = *(nint*)row[k].Handle;
                count++;
            }
            if (count == 0)
                return;
            NoTensor none = default;
            fixed (nint* p = pointers[0], g = pointers[1], m = pointers[2], v = pointers[3], t = pointers[4])
                Native(new(p, count), new(g, count), new(m, count), new(v, count), default, new(t, count),
                    LearningRate, Beta1, Beta2, WeightDecay, Epsilon, 0, 0, &none, &none);
            GC.KeepAlive(gradients);
        }
    }

    /// <summary>The same update in plain tensor operations, for a libtorch without the fused one.</summary>
    internal void StepManaged()
    {
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (_parameters[i].grad is not { } gradient)
                continue;
            double step = _steps[i].add_(1f).item<float>();
            _first[i].mul_(Beta1).add_(gradient, 1 - Beta1);
            _second[i].mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
            Tensor root = (_second[i] / (1 - Math.Pow(Beta2, step))).sqrt().add_(Epsilon);
            _parameters[i].mul_(1 - LearningRate * WeightDecay).addcdiv_(_first[i], root, -LearningRate / (1 - Math.Pow(Beta1, step)));
        }
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[.. _first, .. _second, .. _steps])
            tensor.Dispose();
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ArrayRef(void* data, nint length)
    {
        private readonly void* _data = data;
        private readonly nint _length = length;
    }

    /// <summary>An empty std::optional of a tensor.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NoTensor
    {
        public nint Implementation;
        public byte HasValue;
    }
}
