using Vtok.Models.Weights;

namespace Vtok.Models.Seed;

/// <summary>Mean and deviation of the embeddings that an unCLIP diffusion model was trained on; a file of that model.</summary>
/// <remarks>In the repository of Stable Diffusion 2.1 unCLIP: <c>image_normalizer/diffusion_pytorch_model.safetensors</c> (or .bin).</remarks>
public sealed class UnclipNormalizer : IDisposable
{
    private const string MeanKey = "mean";
    private const string DeviationKey = "std";

    /// <summary>Copies the values.</summary>
    /// <param name="mean">[1, D] or [D].</param>
    /// <param name="deviation">The same shape, above zero.</param>
    public UnclipNormalizer(Tensor mean, Tensor deviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(deviation);
        using DisposeScope scope = NewDisposeScope();
        Mean = mean.detach().to(ScalarType.Float32).reshape(1, -1).clone().DetachFromDisposeScope();
        Deviation = deviation.detach().to(ScalarType.Float32).reshape(1, -1).clone().DetachFromDisposeScope();
    }

    /// <summary>[1, D] float32.</summary>
    public Tensor Mean { get; }

    /// <summary>[1, D] float32.</summary>
    public Tensor Deviation { get; }

    /// <summary>Numbers of an embedding.</summary>
    public long Width => Mean.size(1);

    /// <summary>Reads the file, or the folder that holds it.</summary>
    /// <param name="path">Tensors "mean" and "std", [1, D] each, in safetensors or a PyTorch checkpoint.</param>
    /// <exception cref="CheckpointException">It is missing, damaged, or holds something else.</exception>
    public static UnclipNormalizer Read(string path)
    {
        using IWeightSource source = WeightFiles.OpenPath(path);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable quiet = no_grad();
        Tensor mean = Vector(source, MeanKey, path), deviation = Vector(source, DeviationKey, path);
        if (mean.numel() != deviation.numel())
            throw Wrong(path, $"\"mean\" has {mean.numel()} numbers and \"std\" {deviation.numel()}, expected as many");
        return mean.isfinite().all().item<bool>() && deviation.isfinite().logical_and(deviation > 0).all().item<bool>() ? new UnclipNormalizer(mean, deviation)
            : throw Wrong(path, "a value is not finite, or \"std\" not above zero");
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Mean.Dispose();
        Deviation.Dispose();
    }

    private static Tensor Vector(IWeightSource source, string name, string path)
    {
        if (!source.Entries.TryGetValue(name, out TensorEntry? entry))
            throw Wrong(path, $"no \"{name}\", expected \"mean\" and \"std\" of an unCLIP model's image_normalizer");
        bool fits = entry.Shape is [1, > 0] or [> 0] && entry.Type is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;
        return fits ? source[name].to(ScalarType.Float32).flatten()
            : throw Wrong(path, $"\"{name}\" is {entry.Type} [{string.Join(", ", entry.Shape)}], expected floating point [1, D]");
    }

    private static CheckpointException Wrong(string path, string what) => new(CheckpointError.Mismatch, $"{Path.GetFileName(path)}: {what}");
}
