using System.Runtime.InteropServices;
using System.Text;
using Vtok.Streams;

namespace Vtok.Cli.Tests;

[TestClass]
public class FeaturesCommandTests
{
    [TestMethod]
    public void Features_stand_in_a_numpy_file()
    {
        using var cli = new CliHarness();
        string path = cli.TokenFile("a.vtok", tokens: 10);
        int[] ids = VtokReader.Read(File.ReadAllBytes(path), CliHarness.Info).Lanes[0].ToArray();

        CliResult result = cli.Run("features", path, "--kind", "twice", "-o", cli["x.npy"]);

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        byte[] npy = File.ReadAllBytes(cli["x.npy"]);
        string header = Encoding.Latin1.GetString(npy, 0, 128);
        StringAssert.StartsWith(header, "\u0093NUMPY\u0001\0\u0076\0{'descr': '<f4', 'fortran_order': False, 'shape': (1,10,1,), }");
        Assert.AreEqual('\n', header[127]);
        CollectionAssert.AreEqual(ids.Select(i => i * 2f).ToArray(), MemoryMarshal.Cast<byte, float>(npy.AsSpan(128)).ToArray());
    }

    [TestMethod]
    public void An_unknown_kind_is_status_2()
    {
        using var cli = new CliHarness();

        cli.Run("features", cli.TokenFile("a.vtok"), "--kind", "taste").IsRefusal(2, "default has half, twice");
    }

    [TestMethod]
    public void Decode_of_a_model_without_pixels_is_one_line_that_offers_features()
    {
        using var cli = new CliHarness();
        TokenizerInfo info = IdentityModel.Describe("wordy", weights: '5', order: TokenOrder.Causal);
        FakeOpener.Save(cli["models/wordy"], info);
        string file = cli.TokenFile("a.vtok", info: info);

        cli.Run("decode", file, "-o", cli["a.png"]).IsRefusal(4, "wordy: this tokenizer leaves pixels to a diffusion model (vtok features gives its conditioning)");
    }
}
