using Vtok.Streams;

namespace Vtok.Cli.Tests;

/// <summary>info, verify and trim.</summary>
[TestClass]
public class TokenFileCommandTests
{
    [TestMethod]
    public void Info_tells_size_tokens_and_model()
    {
        using var cli = new CliHarness();

        CliResult result = cli.Run("info", cli.TokenFile("a.vtok", tokens: 100));

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        foreach (string line in new[] { "layout        fit", "width         40", "tokens        100", "model         default" })
            StringAssert.Contains(result.Text, line);
    }

    [TestMethod]
    public void Info_of_an_unknown_model_is_no_failure()
    {
        using var cli = new CliHarness();
        string file = cli.TokenFile("a.vtok", info: IdentityModel.Describe("other", weights: '7'));

        CliResult result = cli.Run("info", file, "--json");

        Assert.AreEqual(0, result.ExitCode);
        Assert.AreEqual("not here", result.Json.GetProperty("files")[0].GetProperty("model").GetString());
    }

    [TestMethod]
    public void Verify_and_trim_of_an_unknown_model_are_status_4()
    {
        using var cli = new CliHarness();
        string file = cli.TokenFile("a.vtok", info: IdentityModel.Describe("other", weights: '7'));

        cli.Run("verify", file).IsRefusal(4, "made by a model that is not here");
        cli.Run("trim", file, "-o", cli["b.vtok"], "--tokens", "3").IsRefusal(4, "made by a model that is not here");
        cli.Run("verify", file, "--model", "default").IsRefusal(4, "a.vtok");
        cli.Run("verify", file, "--model", "nowhere").IsRefusal(4, "known: default");
    }

    [TestMethod]
    public void Two_models_of_one_key_are_named()
    {
        using var cli = new CliHarness();
        (TokenizerInfo first, TokenizerInfo second) = Collision.Value;
        FakeOpener.Save(cli["models/first"], first);
        FakeOpener.Save(cli["models/second"], second);
        string file = cli.TokenFile("a.vtok", info: first);

        cli.Run("verify", file).IsRefusal(4, "first, second (choose with --model)");
        Assert.AreEqual(0, cli.Run("verify", file, "--model", "first").ExitCode);
        Assert.AreEqual(0, cli.Run("info", file).ExitCode);
    }

    [TestMethod]
    public void Trimmed_bytes_are_those_of_the_shorter_encoding()
    {
        using var cli = new CliHarness();
        string whole = cli.TokenFile("whole.vtok"), shorter = cli.TokenFile("shorter.vtok", tokens: 64);

        CliResult result = cli.Run("trim", whole, "--tokens", "64", "-o", cli["out.vtok"], "--json");

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        CollectionAssert.AreEqual(File.ReadAllBytes(shorter), File.ReadAllBytes(cli["out.vtok"]));
        Assert.AreEqual(64, result.Json.GetProperty("files")[0].GetProperty("tokens").GetInt32());
    }

    [TestMethod]
    public void Trim_reaches_a_target_or_says_5_and_writes_the_best()
    {
        using var cli = new CliHarness();
        string whole = cli.TokenFile("whole.vtok");

        CliResult reached = cli.Run("trim", whole, "--target-bytes", "100", "-o", cli["a.vtok"]);
        CliResult missed = cli.Run("trim", whole, "--target-bytes", "5", "-o", cli["b.vtok"], "-q");

        Assert.AreEqual(0, reached.ExitCode, reached.Errors);
        Assert.AreEqual(100, new FileInfo(cli["a.vtok"]).Length);
        missed.IsRefusal(5, "is the least that there is");
        Assert.AreEqual(1, VtokReader.Read(File.ReadAllBytes(cli["b.vtok"]), CliHarness.Info).Count);
    }

    [TestMethod]
    public void Tokens_out_of_range_are_status_2()
    {
        using var cli = new CliHarness();

        cli.Run("trim", cli.TokenFile("a.vtok"), "--tokens", "769", "-o", cli["b.vtok"]).IsRefusal(2, "1 to 768");
    }

    [TestMethod]
    public void Existing_outputs_stay_without_force()
    {
        using var cli = new CliHarness();
        string file = cli.TokenFile("a.vtok");
        File.WriteAllText(cli["b.vtok"], "mine");

        cli.Run("trim", file, "--tokens", "3", "-o", cli["b.vtok"]).IsRefusal(6, "b.vtok: is there already (--force replaces it)");
        Assert.AreEqual("mine", File.ReadAllText(cli["b.vtok"]));
        Assert.AreEqual(0, cli.Run("trim", file, "--tokens", "3", "-o", cli["b.vtok"], "--force", "-q").ExitCode);
        Assert.AreEqual(3, VtokReader.Read(File.ReadAllBytes(cli["b.vtok"]), CliHarness.Info).Count);
    }

    [TestMethod]
    public void Unwritable_outputs_are_status_6()
    {
        using var cli = new CliHarness();
        string file = cli.TokenFile("a.vtok");

        cli.Run("trim", file, "--tokens", "3", "-o", cli["none/b.vtok"]).IsRefusal(6, "its folder is not there");
        cli.Run("trim", file, "--tokens", "3", "-o", cli["none/"]).IsRefusal(6, "this folder is not there");
        if (!OperatingSystem.IsWindows())
            cli.Run("trim", file, "--tokens", "3", "-o", "/dev/full").IsRefusal(6, "the disk is full");
        CollectionAssert.AreEqual(new[] { "a.vtok", "models" }, cli.Folder.Names);
    }

    [TestMethod]
    public void Damaged_files_are_status_3()
    {
        using var cli = new CliHarness();
        byte[] good = File.ReadAllBytes(cli.TokenFile("good.vtok"));
        File.WriteAllBytes(cli["cut.vtok"], good[..^7]);
        File.WriteAllBytes(cli["empty.vtok"], []);
        File.WriteAllBytes(cli["flipped.vtok"], [.. good.Select((b, i) => (byte)(i == 60 ? b ^ 4 : b))]);
        File.WriteAllBytes(cli["newer.vtok"], [.. good.Select((b, i) => (byte)(i == 3 ? b + 16 : b))]);

        foreach (string verb in new[] { "info", "verify" })
        {
            cli.Run(verb, cli["cut.vtok"]).IsRefusal(3, "cut.vtok: ");
            cli.Run(verb, cli["empty.vtok"]).IsRefusal(3, "empty.vtok: ");
            cli.Run(verb, cli["flipped.vtok"]).IsRefusal(3, "damaged");
            cli.Run(verb, cli["newer.vtok"]).IsRefusal(3, "newer vtok");
            cli.Run(verb, cli["missing.vtok"]).IsRefusal(3, "is not there");
            cli.Run(verb, cli["good.vtok"], "--max-bytes", "99").IsRefusal(3, "--max-bytes");
        }
    }

    [TestMethod]
    public void Each_of_many_is_tried_and_the_first_failure_names_the_status()
    {
        using var cli = new CliHarness();
        cli.TokenFile("a.vtok");
        File.WriteAllText(cli["b.vtok"], "no");
        cli.TokenFile("c.vtok", info: IdentityModel.Describe("other", weights: '7'));
        cli.TokenFile("d.vtok");

        CliResult result = cli.Run("verify", cli.Folder.Path, "--json");

        Assert.AreEqual(3, result.ExitCode);
        Assert.AreEqual(2, result.Json.GetProperty("done").GetInt32());
        Assert.AreEqual(2, result.Json.GetProperty("failed").GetInt32());
        CollectionAssert.AreEqual(new[] { "ok", "failed", "failed", "ok" },
            result.Json.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("status").GetString()).ToArray());
    }

    [TestMethod]
    public void A_folder_or_pattern_that_holds_nothing_does_not_stop_the_others()
    {
        using var cli = new CliHarness();
        string file = cli.TokenFile("a.vtok");
        Directory.CreateDirectory(cli["empty"]);

        CliResult result = cli.Run("verify", cli["empty"], cli["b*.vtok"], file, "--json");

        Assert.AreEqual(3, result.ExitCode);
        StringAssert.Contains(result.Errors, $"{cli["empty"]}: no file of the kind is in this folder\n");
        StringAssert.Contains(result.Errors, $"{cli["b*.vtok"]}: no file matches\n");
        CollectionAssert.AreEqual(new[] { "failed", "failed", "ok" },
            result.Json.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("status").GetString()).ToArray());
    }

    [TestMethod]
    public void Standard_input_and_output_carry_files()
    {
        using var cli = new CliHarness();
        byte[] whole = File.ReadAllBytes(cli.TokenFile("a.vtok"));

        CliResult result = cli.Run(new MemoryStream(whole), new MemoryStream(), default, "trim", "-", "-o", "-", "--tokens", "10", "-q");

        Assert.AreEqual(0, result.ExitCode, result.Errors);
        Assert.AreEqual(10, VtokReader.Read(result.Output, CliHarness.Info).Count);
    }

    // Four bytes of key collide after some 70,000 tries (birthday).
    private static readonly Lazy<(TokenizerInfo, TokenizerInfo)> Collision = new(() =>
    {
        var seen = new Dictionary<uint, string>();
        for (int i = 0; ; i++)
        {
            string digest = i.ToString("x64", System.Globalization.CultureInfo.InvariantCulture);
            TokenizerInfo info = IdentityModel.Describe("n") with { Weights = digest };
            if (!seen.TryAdd(info.ComputeFileKey(), digest))
                return (info with { Name = "first" }, info with { Name = "second", Weights = seen[info.ComputeFileKey()] });
        }
    });
}
