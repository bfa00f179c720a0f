namespace Vtok.Training.Collectives;

/// <summary>The mean of all processes' gradients, many at a time: a few large sums instead of many small ones.</summary>
internal static class GradientBuckets
{
    private const long BucketBytes = 25 << 20;

    /// <summary>Replaces the gradients by their means over the processes, in the order of the parameters.</summary>
    public static void Average(ICollective collective, IReadOnlyList<TorchSharp.Modules.Parameter> parameters, string what)
    {
        if (collective.World == 1)
            return;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        List<Tensor> bucket = [];
        long bytes = 0;
        foreach (Tensor? gradient in parameters.Select(parameter => parameter.grad))
        {
            if (gradient is null)
                continue;
            bucket.Add(gradient);
            bytes += gradient.numel() * gradient.element_size();
            if (bytes < BucketBytes)
                continue;
            Average(collective, bucket, what);
            bucket.Clear();
            bytes = 0;
        }
        if (bucket.Count > 0)
            Average(collective, bucket, what);
    }

    private static void Average(ICollective collective, List<Tensor> bucket, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = cat([.. bucket.Select(gradient => gradient.flatten())]);
        collective.Sum(flat, what);
        flat.div_(collective.World);
        long at = 0;
        foreach (Tensor gradient in bucket)
        {
            gradient.copy_(flat.narrow(0, at, gradient.numel()).view(gradient.shape));
            at += gradient.numel();
        }
    }
}
