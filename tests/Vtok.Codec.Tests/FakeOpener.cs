using Vtok.Models;
using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Codec.Tests;

/// <summary>Opens any folder that holds a tokenizer.json as an <see cref="IdentityModel"/>.</summary>
internal sealed class FakeOpener : IModelOpener
{
    private int _opened;

    public int Opened => _opened;

    public TokenizerInfo ReadInfo(string folder) => TokenizerInfo.FromJson(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));

    public void Check(string folder)
    {
        if (File.Exists(Path.Combine(folder, "changed")))
            throw new CheckpointException(CheckpointError.WrongDigest, "the weights changed");
    }

    public ITokenizerModel Open(string folder, string device)
    {
        Interlocked.Increment(ref _opened);
        return new IdentityModel(ReadInfo(folder));
    }

    public static void Save(string folder, TokenizerInfo info)
    {
        byte[] weights = new byte[8]; // enough for the real store to find a model folder
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), weights);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), (info with { WeightsLength = weights.Length }).ToJson());
    }
}
