using System.Text;
using System.Text.Json.Nodes;
using Vtok.Models.Weights;

namespace Vtok.Models.Tests.Weights;

[TestClass]
public sealed class ModelConfigTests
{
    private const string Yaml = """
        experiment:
            project: "titok_b64"
            max_train_examples: 1_281_167
        model:
            vq_model: &vq
                codebook_size: 4096
                commitment_cost: 0.25
                beta: 1e-3
                use_l2_norm: True
                pretrained: null
                levels: [8, 8, 5]
            copy: *vq
            size: ${model.vq_model.codebook_size}
            path: out/${experiment.project}/${model.size}
            home: ${oc.env:HOME}
        """;

    [TestMethod]
    public void Yaml_is_read_as_its_authors_tools_read_it()
    {
        ModelConfig config = ModelConfig.FromYaml(Yaml);

        Assert.AreEqual(1_281_167, config.Int("experiment.max_train_examples"));
        Assert.AreEqual(4096, config.Int("model.copy.codebook_size"));
        Assert.AreEqual(0.25, config.Number("model.vq_model.commitment_cost"));
        Assert.AreEqual(1e-3, config.Number("model.vq_model.beta"));
        Assert.IsTrue(config.Flag("model.vq_model.use_l2_norm"));
        Assert.IsFalse(config.Has("model.vq_model.pretrained"));
        CollectionAssert.AreEqual(new[] { 8, 8, 5 }, config.Ints("model.vq_model.levels").ToArray());
    }

    [TestMethod]
    public void References_are_replaced_by_values_and_calls_are_left_alone()
    {
        ModelConfig config = ModelConfig.FromYaml(Yaml);

        Assert.AreEqual(4096, config.Int("model.size"));
        Assert.AreEqual("out/titok_b64/4096", config.Text("model.path"));
        Assert.AreEqual("${oc.env:HOME}", config.Text("model.home"));
    }

    [TestMethod]
    public void A_reference_may_pass_through_another()
    {
        ModelConfig config = ModelConfig.FromYaml("a: ${b}\nb: {c: [5, 6]}\nd: ${a.c.1}");

        Assert.AreEqual(6, config.Int("d"));
    }

    [TestMethod]
    [DataRow("a: ${b}\nb: ${a}", "leads back")]
    [DataRow("a: {b: \"${a}\"}", "leads back")]
    [DataRow("a: x${a}", "leads back")]
    [DataRow("a: ${b.c}\nb: 1", "leads nowhere")]
    [DataRow("a: 1\na: 2", "twice")]
    [DataRow("a: *none", "names nothing")]
    [DataRow("a: &a [*a]", "names nothing")]
    [DataRow("a: !!python/object/apply:os.system [id]", "not allowed")]
    [DataRow("a: !run id", "not allowed")]
    [DataRow("base: &b {x: 1}\na: {<<: *b}", "merge keys")]
    [DataRow("? [1, 2]\n: 3", "no plain text")]
    [DataRow("a: 1\n---\nb: 2", "more than one document")]
    [DataRow("a: [1", "not proper YAML")]
    [DataRow("- 1", "expected an object")]
    [DataRow("", "expected an object")]
    public void Bad_yaml_is_refused_in_one_line(string yaml, string words)
    {
        CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => ModelConfig.FromYaml(yaml));

        Assert.AreEqual(CheckpointError.BadConfig, e.Error);
        StringAssert.Contains(e.Message, words);
        Assert.IsFalse(e.Message.Any(char.IsControl));
    }

    [TestMethod]
    public void Alias_and_reference_bombs_are_refused()
    {
        var aliases = new StringBuilder("a0: &a0 [1, 1]\n");
        var references = new StringBuilder("a0: [1, 1]\n");
        for (int i = 1; i < 60; i++)
        {
            aliases.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n");
            references.Append($"a{i}: [\"${{a{i - 1}}}\", \"${{a{i - 1}}}\"]\n");
        }

        Assert.AreEqual(CheckpointError.TooLarge, Assert.ThrowsExactly<CheckpointException>(() => ModelConfig.FromYaml(aliases.ToString())).Error);
        Assert.AreEqual(CheckpointError.TooLarge, Assert.ThrowsExactly<CheckpointException>(() => ModelConfig.FromYaml(references.ToString())).Error);
    }

    [TestMethod]
    public void A_long_chain_of_references_is_refused()
    {
        IEnumerable<string> chain = Enumerable.Range(0, 20_000).Select(i => $"\"a{i}\":\"${{a{i + 1}.x}}\"");
        byte[] json = Encoding.UTF8.GetBytes($"{{{string.Join(',', chain)},\"a20000\":{{\"x\":1}}}}");

        var error = Assert.ThrowsExactly<CheckpointException>(() => ModelConfig.FromJson(json));

        Assert.AreEqual(CheckpointError.TooLarge, error.Error, error.Message);
    }

    [TestMethod]
    public void Text_that_doubles_at_every_reference_is_refused()
    {
        var bomb = new StringBuilder("a0: xxxxxxxxxxxxxxxx\n");
        for (int i = 1; i < 40; i++)
            bomb.Append($"a{i}: ${{a{i - 1}}}${{a{i - 1}}}\n");

        Assert.AreEqual(CheckpointError.TooLarge, Assert.ThrowsExactly<CheckpointException>(() => ModelConfig.FromYaml(bomb.ToString())).Error);
    }

    [TestMethod]
    [DataRow(100)]
    [DataRow(100_000)]
    public void Deep_nesting_is_refused(int depth)
    {
        string json = $"{{\"a\":{new string('[', depth)}{new string(']', depth)}}}", yaml = $"a: {new string('[', depth)}{new string(']', depth)}";

        Assert.ThrowsExactly<CheckpointException>(() => ModelConfig.FromJson(Encoding.UTF8.GetBytes(json)));
        Assert.ThrowsExactly<CheckpointException>(() => ModelConfig.FromYaml(yaml));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("[]")]
    [DataRow("{\"a\":1,\"a\":2}")]
    [DataRow("{\"a\":NaN}")]
    [DataRow("{\"a\":\"\\ud800\"}")]
    public void Bad_json_is_refused(string json)
    {
        Assert.AreEqual(CheckpointError.BadConfig, Assert.ThrowsExactly<CheckpointException>(() => ModelConfig.FromJson(Encoding.UTF8.GetBytes(json))).Error);
    }

    [TestMethod]
    public void A_wrong_value_is_named_with_what_was_expected()
    {
        ModelConfig section = ModelConfig.FromJson("""{"model":{"size":"huge","width":2.5,"depth":-1}}"""u8).Section("model");

        Assert.AreEqual("config.json: model.size: \"\\u0022huge\\u0022\", expected a whole number of at least 0", Assert.ThrowsExactly<CheckpointException>(() => section.Int("size")).Message);
        Assert.ThrowsExactly<CheckpointException>(() => section.Int("width"));
        Assert.ThrowsExactly<CheckpointException>(() => section.Int("depth"));
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => section.Text("none")).Message, "model.none: nothing, expected text");
        Assert.AreEqual(7, section.Int("none", otherwise: 7));
    }

    [TestMethod]
    [DataRow(20261123)]
    public void Mutated_yaml_parses_or_is_refused_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        byte[] whole = Encoding.UTF8.GetBytes(Yaml);
        int parsed = 0;

        for (int i = 0; i < 2000; i++)
        {
            try
            {
                JsonObject root = ModelConfig.FromYaml(Encoding.UTF8.GetString(Mutation.Of(whole, random))).Root;
                parsed += root.Count > 0 ? 1 : 0;
            }
            catch (CheckpointException)
            {
            }
        }

        Console.WriteLine($"seed {seed}: {parsed} of 2000 mutations still parse");
        Assert.IsTrue(parsed is > 0 and < 2000);
    }
}
