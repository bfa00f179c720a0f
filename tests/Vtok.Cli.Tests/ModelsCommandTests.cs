using Vtok.Models.LlamaGen;
using Vtok.Models.Tests.LlamaGen;
using Vtok.Models.Weights;
using Vtok.Torch;

namespace Vtok.Cli.Tests;

[TestClass]
public class ModelsCommandTests
{
    [TestMethod]
    public void Models_are_listed_with_their_keys()
    {
        using var cli = new CliHarness();

        CliResult table = cli.Run("models");
        CliResult json = cli.Run("models", "--json");

        Assert.AreEqual(0, table.ExitCode, table.Errors);
        StringAssert.Contains(table.Text, "1 to 768 tokens");
        Assert.AreEqual(CliHarness.Info.ComputeFileKey().ToString("x8", null), json.Json.GetProperty("models")[0].GetProperty("key").GetString());
    }

    [TestMethod]
    public void A_changed_or_damaged_model_is_status_4_and_the_others_are_listed()
    {
        using var cli = new CliHarness();
        FakeOpener.Save(cli["models/changed"], IdentityModel.Describe("changed", weights: '5'));
        File.WriteAllText(cli["models/changed/changed"], "");
        Directory.CreateDirectory(cli["models/bad"]);
        File.WriteAllText(cli["models/bad/tokenizer.json"], "[[[[");

        CliResult unchecked_ = cli.Run("models");
        CliResult result = cli.Run("models", "--check");

        Assert.AreEqual(4, unchecked_.ExitCode);
        StringAssert.Contains(unchecked_.Text, "changed");
        Assert.AreEqual(4, result.ExitCode);
        StringAssert.Contains(result.Errors, "changed: the weights changed");
        StringAssert.Contains(result.Text, "default");
        Assert.AreEqual(2, result.Errors.Count(c => c == '\n'));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_description_that_the_system_does_not_give_is_status_4()
    {
        using var cli = new CliHarness();
        Directory.CreateDirectory(cli["models/locked"]);
        File.CreateSymbolicLink(cli["models/locked/tokenizer.json"], "/proc/self/mem"); // is there, and every read of it fails

        CliResult result = cli.Run("models");

        Assert.AreEqual(4, result.ExitCode, result.Errors);
        StringAssert.Contains(result.Errors, "locked");
        StringAssert.Contains(result.Text, "default");
    }

    [TestMethod]
    [DataRow("config.json", "config.json")]
    [DataRow("model.safetensors", "cut short?")]
    public void Check_finds_a_file_that_is_cut_short(string file, string contains)
    {
        using TempFolder folder = new();
        NativeTorch.Load();
        Save(folder["models/tiny"]);
        byte[] whole = File.ReadAllBytes(folder[$"models/tiny/{file}"]);
        File.WriteAllBytes(folder[$"models/tiny/{file}"], whole[..^20]);

        CliResult result = CliHarness.Over(folder, "models", "--check");

        Assert.AreEqual(4, result.ExitCode, result.Errors);
        StringAssert.Contains(result.Errors, contains);
        Assert.IsFalse(result.Text.Contains("tiny", StringComparison.Ordinal), result.Text);
    }

    // A method of its own: no TorchSharp type may be touched before libtorch is loaded.
    private static void Save(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using LlamaGenNetwork network = TinyLlamaGen.Network();
        ModelFolder.Save(folder, network.Config.ToModelConfig(), network.state_dict());
    }

    [TestMethod]
    public void No_models_is_said()
    {
        using var cli = new CliHarness();
        Directory.Delete(cli["models"], recursive: true);

        CliResult result = cli.Run("models");

        Assert.AreEqual(0, result.ExitCode);
        StringAssert.Contains(result.Errors, "no models in");
    }
}
