using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Codec;

/// <summary>Reads and opens model folders for a <see cref="ModelStore"/>.</summary>
public interface IModelOpener
{
    /// <summary>Reads the description of a model without its networks.</summary>
    /// <param name="folder">The model folder.</param>
    TokenizerInfo ReadInfo(string folder);

    /// <summary>Reads all weights and compares them with the description.</summary>
    /// <param name="folder">The model folder.</param>
    void Check(string folder);

    /// <summary>Loads the networks.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="device">"cpu", "cuda", "cuda:1", or "auto" for CUDA where it works.</param>
    ITokenizerModel Open(string folder, string device);
}
