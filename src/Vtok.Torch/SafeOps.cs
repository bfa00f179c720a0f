namespace Vtok.Torch;

/// <summary>Guards for the native entry points of TorchSharp 0.107 that catch no C++ exception: an error inside them ends the process.</summary>
public static class SafeOps
{
    /// <summary>Matrix product with the shapes checked in managed code first.</summary>
    /// <exception cref="ArgumentException">Shapes, types or devices do not fit.</exception>
    public static Tensor MatMul(Tensor a, Tensor b)
    {
        long da = a.ndim, db = b.ndim;
        if (da == 0 || db == 0 || a.dtype != b.dtype || a.device_type != b.device_type || a.size((int)da - 1) != b.size(db == 1 ? 0 : (int)db - 2))
            throw Mismatch(a, b);
        for (long i = 3; i <= Math.Min(da, db); i++)
        {
            long x = a.size((int)(da - i)), y = b.size((int)(db - i));
            if (x != y && x != 1 && y != 1)
                throw Mismatch(a, b);
        }
        return a.matmul(b);
    }

    /// <summary>d output / d inputs; zeros for an input that the output does not depend on.</summary>
    /// <remarks>A graph that was already freed is still fatal: pass <paramref name="retainGraph"/> to every pass but the last.</remarks>
    /// <param name="output">A scalar with a graph.</param>
    /// <param name="inputs">Tensors that require a gradient.</param>
    /// <param name="createGraph">Whether the gradients can be differentiated again (keeps the graph).</param>
    /// <param name="retainGraph">Whether the graph is kept.</param>
    public static Tensor[] Grad(Tensor output, IReadOnlyList<Tensor> inputs, bool createGraph = false, bool retainGraph = false)
    {
        if (!output.requires_grad)
            throw new InvalidOperationException("the output has no graph");
        if (output.numel() != 1)
            throw new InvalidOperationException($"the output must be a scalar, found {output.numel()} values");
        if (inputs.Any(input => !input.requires_grad))
            throw new InvalidOperationException("an input does not require a gradient");
        // create_graph without retain_graph frees the graph in this version.
        IList<Tensor> gradients = autograd.grad([output], [.. inputs], retain_graph: createGraph || retainGraph, create_graph: createGraph, allow_unused: true);
        return [.. gradients.Select((g, i) => g.IsInvalid ? zeros_like(inputs[i]) : g)];
    }

    private static ArgumentException Mismatch(Tensor a, Tensor b) =>
        new($"matmul: [{string.Join(", ", a.shape)}] {a.dtype} x [{string.Join(", ", b.shape)}] {b.dtype}");
}
