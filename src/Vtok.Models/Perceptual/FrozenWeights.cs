using Vtok.Models.Weights;

namespace Vtok.Models.Perceptual;

/// <summary>Tensors of a network that is never trained: float32, no gradient, checked against the shapes that the code expects.</summary>
internal sealed class FrozenWeights : IDisposable
{
    private const string FileName = "model.safetensors";

    private readonly SafetensorsFile _file;
    private readonly Device _device;
    private readonly List<Tensor> _tensors = [];
    private readonly HashSet<string> _taken = [];

    /// <summary>Opens the model.safetensors of a folder.</summary>
    /// <exception cref="CheckpointException">It is not there or damaged.</exception>
    public FrozenWeights(string folder, Device device) =>
        (_file, _device) = (SafetensorsFile.Open(Path.Combine(folder, FileName)), device);

    /// <summary>A convolution's "name.weight" [outputs, inputs / groups, kernel, kernel] and "name.bias" [outputs].</summary>
    public FrozenConvolution Convolution(string name, long inputs, long outputs, long kernel, long stride = 1, long groups = 1) =>
        new(Take(name + ".weight", outputs, inputs / groups, kernel, kernel), Take(name + ".bias", outputs), kernel, stride, groups);

    /// <summary>A tensor by name, owned by this object.</summary>
    /// <exception cref="CheckpointException">There is none of that name, or it has another shape.</exception>
    public Tensor Take(string name, params long[] shape)
    {
        if (_file.Entries.TryGetValue(name, out TensorEntry? entry) && !entry.Shape.SequenceEqual(shape))
            throw new CheckpointException(CheckpointError.Mismatch, $"{FileName}: {name}: shape [{string.Join(", ", entry.Shape)}], expected [{string.Join(", ", shape)}]");
        using Tensor stored = _file[name];
        _taken.Add(name);
        // A copy even where nothing is converted: the file is closed once everything is read.
        Tensor tensor = stored.to(ScalarType.Float32, _device, copy: true).DetachFromDisposeScope();
        _tensors.Add(tensor);
        return tensor;
    }

    /// <summary>Closes the file once every tensor was taken.</summary>
    /// <exception cref="CheckpointException">The file has tensors that the network does not know.</exception>
    public void Finish()
    {
        string[] left = [.. _file.Entries.Keys.Where(name => !_taken.Contains(name)).Order(StringComparer.Ordinal)];
        if (left.Length > 0)
            throw new CheckpointException(CheckpointError.Mismatch, $"{FileName}: {left.Length} tensors that this network does not have, the first \"{left[0]}\"");
        _file.Dispose();
    }

    public void Dispose()
    {
        _tensors.ForEach(tensor => tensor.Dispose());
        _file.Dispose();
    }
}
