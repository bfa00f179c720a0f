using Vtok.Models;
using Vtok.Streams;

namespace Vtok.Codec.Tests;

/// <summary>Opens any folder that holds a tokenizer.json as an <see cref="IdentityModel"/>.</summary>
internal sealed class FakeOpener : IModelOpener
{
    private int _opened;

    public int Opened => _opened;

    public TokenizerInfo ReadInfo(string folder) => TokenizerInfo.FromJson(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));

    public ITokenizerModel Open(string folder, string device)
    {
        Interlocked.Increment(ref _opened);
        return new IdentityModel(ReadInfo(folder));
    }

    public static void Save(string folder, TokenizerInfo info)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "tokenizer.json"), info.ToJson());
    }
}
