using TorchSharp;
using Vtok.Models.OneDPiece;
using Vtok.Torch;

namespace Vtok.Cli;

/// <summary>The text features that a user gave for decoding: one text for all pictures.</summary>
internal sealed class TextFile : IDisposable
{
    private TextFile(torch.Tensor value) => Value = value;

    /// <summary>[1, T, E].</summary>
    public torch.Tensor Value { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is missing, damaged, or holds something else.</exception>
    public static TextFile Read(string path)
    {
        NativeTorch.Load();
        return Load(path);
    }

    public void Dispose() => Value.Dispose();

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static TextFile Load(string path)
    {
        torch.Tensor features = GivenFile.Read(path, TextFeatures.Read);
        if (features.size(0) == 1)
            return new TextFile(features);
        long texts = features.size(0);
        features.Dispose();
        throw new InputException($"{path}: {texts} texts, expected one (decode each picture with its own file)");
    }
}
