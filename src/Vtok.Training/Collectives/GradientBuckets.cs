namespace Vtok.Training.Collectives;

/// <summary>The mean of the gradients of all processes and micro-batches, many at a time: a few large sums instead of many small ones.</summary>
/// <remarks>The micro-batches' sums are divided here and nowhere before: so one process adds up and divides what as many processes would, to the bit.</remarks>
internal static class GradientBuckets
{
    private const long BucketBytes = 25 << 20;

    /// <summary>Replaces the sums over a process's micro-batches by the means over all of all processes, in the order of the parameters.</summary>
    /// <param name="collective">The processes.</param>
    /// <param name="parameters">Those without a gradient are passed over.</param>
    /// <param name="parts">Micro-batches of each process.</param>
    /// <param name="what">For messages.</param>
    public static void Average(ICollective collective, IReadOnlyList<TorchSharp.Modules.Parameter> parameters, int parts, string what)
    {
        if (collective.World * parts == 1)
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
            Average(collective, bucket, parts, what);
            bucket.Clear();
            bytes = 0;
        }
        if (bucket.Count > 0)
            Average(collective, bucket, parts, what);
    }

    private static void Average(ICollective collective, List<Tensor> bucket, int parts, string what)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = cat([.. bucket.Select(gradient => gradient.flatten())]);
        collective.Sum(flat, what);
        flat.div_(collective.World * parts);
        long at = 0;
        foreach (Tensor gradient in bucket)
        {
            gradient.copy_(flat.narrow(0, at, gradient.numel()).view(gradient.shape));
            at += gradient.numel();
        }
    }
}
