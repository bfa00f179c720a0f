using System.Text.Json.Nodes;
using Vtok.Models.Residual;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Residual;

[TestClass]
public sealed class ResidualConfigTests
{
    [TestMethod]
    public void The_default_has_256_tokens_of_which_64_are_coarse()
    {
        ResidualConfig config = new();

        config.Validate();

        Assert.AreEqual(256, config.Tokens);
        Assert.AreEqual(64, config.CoarseTokens);
        Assert.AreEqual(96, config.Band);
        Assert.AreEqual(64, config.Patches);
    }

    [TestMethod]
    public void What_is_written_reads_back()
    {
        ResidualConfig config = ResidualConfig.Parse(JsonNode.Parse(TinyBooks.Config.ToJson().ToJsonString()));

        Assert.AreEqual(TinyBooks.Config.ToJson().ToJsonString(), config.ToJson().ToJsonString());
    }

    [TestMethod]
    [DataRow("size", "\"big\"", "size")]
    [DataRow("tokens", "7", "tokens is 7")]
    [DataRow("levels", "[]", "levels is 0")]
    [DataRow("global", "{\"band\":4,\"groups\":[40,9]}", "global.groups")]
    [DataRow("codes", "1", "codes is 1")]
    [DataRow("stages", "[{\"name\":\"A\",\"band\":8,\"patch\":0,\"components\":6}]", "A.band is 8")]
    [DataRow("stages", "[{\"name\":\"A\",\"band\":-8,\"patch\":4,\"components\":6}]", "A.band is -8")]
    [DataRow("stages", "[{\"name\":\"A\",\"band\":64,\"patch\":1,\"components\":3}]", "A.grid is 64")]
    [DataRow("stages", "[{\"name\":null,\"band\":8,\"patch\":4,\"components\":6}]", "names")]
    [DataRow("stages", "[{\"name\":\"A\",\"band\":9,\"patch\":3,\"components\":6}]", "A.grid is 3")]
    public void A_bad_setting_is_named(string name, string value, string expected)
    {
        JsonObject json = TinyBooks.Config.ToJson();
        json[name] = JsonNode.Parse(value);

        var error = Assert.ThrowsExactly<CheckpointException>(() => ResidualConfig.Parse(json));

        Assert.AreEqual(CheckpointError.BadConfig, error.Error);
        StringAssert.Contains(error.Message, expected);
    }
}
