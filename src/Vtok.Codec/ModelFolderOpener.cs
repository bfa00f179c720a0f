using System.Runtime.CompilerServices;
using TorchSharp;
using Vtok.Models;
using Vtok.Models.Weights;
using Vtok.Streams;
using Vtok.Torch;

namespace Vtok.Codec;

/// <summary>Opens model folders on disk; libtorch is loaded with the first model, not before.</summary>
/// <param name="threads">Threads of the networks; null leaves it to libtorch, and more than there are cores mean as many as there are.</param>
public sealed class ModelFolderOpener(int? threads = null) : IModelOpener
{
    /// <inheritdoc/>
    public TokenizerInfo ReadInfo(string folder) => ModelFolder.ReadInfo(folder);

    /// <inheritdoc/>
    public void Check(string folder) => ModelFolder.Check(folder);

    /// <inheritdoc/>
    public ITokenizerModel Open(string folder, string device)
    {
        NativeTorch.Load();
        return OpenLoaded(folder, device);
    }

    // Kept apart so that no TorchSharp type is touched before libtorch is there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ITokenizerModel OpenLoaded(string folder, string device)
    {
        if (threads is int count)
            torch.set_num_threads(Math.Min(count, Environment.ProcessorCount)); // hundreds on a few cores wait for each other for minutes
        torch.Device place = Device(device);
        TensorFloat32.Exact(place.type); // ids of a GPU are to be those of a processor
        return ModelFolder.Open(folder, place);
    }

    private static torch.Device Device(string name)
    {
        if (name == "auto")
            return torch.cuda.is_available() ? new torch.Device(DeviceType.CUDA, 0) : torch.CPU;
        if (name == "cpu")
            return torch.CPU;
        string index = name.StartsWith("cuda:", StringComparison.Ordinal) ? name[5..] : name == "cuda" ? "0" : "";
        if (!int.TryParse(index, out int number) || number < 0)
            throw new ModelStoreException(ModelStoreError.NoSuchDevice, $"device {name}: expected auto, cpu, cuda or cuda:0, cuda:1, ...");
        if (!torch.cuda.is_available() || number >= torch.cuda.device_count())
            throw new ModelStoreException(ModelStoreError.NoSuchDevice, $"device {name} is not there (vtok doctor says why; --device cpu works everywhere)");
        return new torch.Device(DeviceType.CUDA, number);
    }
}
