using Vtok.Models.Weights;
using Vtok.Streams;

namespace Vtok.Models.Tests.Weights;

[TestClass]
public sealed class ModelFolderTests
{
    private static readonly FolderReader Reader = new([new StubFamily()]);

    [TestMethod]
    public void A_published_folder_is_described_once_and_then_from_what_was_kept()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);

        TokenizerInfo derived = Reader.ReadInfo(folder.Root, out bool first);
        TokenizerInfo kept = Reader.ReadInfo(folder.Root, out bool second);

        Assert.IsTrue(first);
        Assert.IsFalse(second);
        Assert.AreEqual(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder.File("model.safetensors")))), derived.Weights);
        CollectionAssert.AreEqual(derived.ComputeKey(), kept.ComputeKey());
        Assert.AreEqual(Path.GetFileName(folder.Root), kept.Name);
    }

    [TestMethod]
    public void Weights_of_another_length_void_the_description()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);
        TokenizerInfo before = Reader.ReadInfo(folder.Root, out _);
        using Tensor longer = ones(9);
        SafetensorsWriter.Write(folder.File("model.safetensors"), new Dictionary<string, Tensor> { ["w"] = longer });

        TokenizerInfo after = Reader.ReadInfo(folder.Root, out bool derived);

        Assert.IsTrue(derived);
        Assert.AreNotEqual(before.Weights, after.Weights);
    }

    [TestMethod]
    public void A_shard_that_went_missing_is_named()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);
        File.Move(folder.File("model.safetensors"), folder.File("model-1.safetensors"));
        folder.Write("model.safetensors.index.json", """{"weight_map":{"w":"model-1.safetensors"}}""");
        Reader.ReadInfo(folder.Root, out _); // which keeps the description
        File.Delete(folder.File("model-1.safetensors"));

        var error = Assert.ThrowsExactly<CheckpointException>(() => Reader.ReadInfo(folder.Root, out _));

        Assert.AreEqual(CheckpointError.Missing, error.Error);
        StringAssert.Contains(error.Message, "model-1.safetensors");
    }

    [TestMethod]
    public void Weights_that_changed_at_the_same_length_are_refused_when_opened()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);
        Reader.Open(folder.Root, null).Dispose();
        using Tensor others = ones(2) * 3;
        SafetensorsWriter.Write(folder.File("model.safetensors"), new Dictionary<string, Tensor> { ["w"] = others });

        CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => Reader.Open(folder.Root, null));

        Assert.AreEqual(CheckpointError.WrongDigest, e.Error);
        Assert.AreEqual(CheckpointError.WrongDigest, Assert.ThrowsExactly<CheckpointException>(() => Reader.Check(folder.Root)).Error);
    }

    [TestMethod]
    public void A_prior_enters_the_key_and_a_changed_one_is_refused()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);
        byte[] without = Reader.ReadInfo(folder.Root, out _).ComputeKey();
        folder.Write("prior.bin", [1, 2, 3]);

        byte[] with = Reader.ReadInfo(folder.Root, out _).ComputeKey();
        folder.Write("prior.bin", [1, 2, 4]);

        CollectionAssert.AreNotEqual(without, with);
        Assert.AreEqual(CheckpointError.WrongDigest, Assert.ThrowsExactly<CheckpointException>(() => Reader.Open(folder.Root, null)).Error);
    }

    [TestMethod]
    public void A_config_that_changed_after_the_description_is_refused_when_opened()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);
        Reader.ReadInfo(folder.Root, out _);
        folder.Write("config.json", """{"stub":true,"codes":32}""");

        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => Reader.Open(folder.Root, null)).Message, "does not describe");
    }

    [TestMethod]
    public void What_was_saved_opens_again_with_the_same_key()
    {
        using var folder = new TemporaryFolder();
        using Tensor w = ones(2);

        TokenizerInfo saved = Reader.Save(folder.File("model"), ModelConfig.FromJson("""{"stub":true,"codes":16}"""u8), new Dictionary<string, Tensor> { ["w"] = w }, null);
        using ITokenizerModel opened = Reader.Open(folder.File("model"), null);

        CollectionAssert.AreEqual(saved.ComputeKey(), opened.Info.ComputeKey());
        CollectionAssert.AreEquivalent(new[] { "config.json", "model.safetensors", "tokenizer.json" }, Directory.GetFiles(folder.File("model")).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void A_folder_may_have_any_name()
    {
        using var folder = new TemporaryFolder();
        using Tensor w = ones(2);
        string odd = folder.File(new string('x', 200));

        TokenizerInfo info = Reader.Save(odd, ModelConfig.FromJson("""{"stub":true,"codes":16}"""u8), new Dictionary<string, Tensor> { ["w"] = w }, null);

        Assert.AreEqual(new string('x', 128), info.Name);
    }

    [TestMethod]
    public void A_config_of_an_impossible_tokenizer_is_refused()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);
        folder.Write("config.json", """{"stub":true,"codes":16,"width":0}""");

        CheckpointException e = Assert.ThrowsExactly<CheckpointException>(() => Reader.ReadInfo(folder.Root, out _));

        Assert.AreEqual(CheckpointError.BadConfig, e.Error);
    }

    [TestMethod]
    public void The_authors_yaml_serves_as_config()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);
        File.Delete(folder.File("config.json"));
        folder.Write("tiny.yaml", "stub: true\ncodes: 16");

        Assert.AreEqual(16, Reader.ReadInfo(folder.Root, out _).Vocabulary.Runs[0].Size);
    }

    [TestMethod]
    public void Folders_that_are_no_model_say_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        using var twice = new TemporaryFolder();
        folder.Write("config.json", """{"stub":true,"codes":16}""");
        Publish(other);
        other.Write("config.json", """{"model_type":"bert"}""");
        twice.Write("config.json", "{}");
        twice.Write("a.bin", [0]);
        twice.Write("b.pth", [0]);

        Assert.AreEqual(CheckpointError.Missing, Assert.ThrowsExactly<CheckpointException>(() => Reader.ReadInfo(folder.File("none"), out _)).Error);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => Reader.ReadInfo(folder.Root, out _)).Message, "no weights");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => Reader.ReadInfo(other.Root, out _)).Message, "known: stub");
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => Reader.ReadInfo(twice.Root, out _)).Message, "a.bin, b.pth");
    }

    [TestMethod]
    public void A_folder_that_cannot_be_written_still_reads()
    {
        using var folder = new TemporaryFolder();
        Publish(folder);
        Directory.CreateDirectory(folder.File("tokenizer.json")); // even root cannot put a file in its place

        Assert.AreEqual("stub", Reader.ReadInfo(folder.Root, out _).Family);
    }

    private static void Publish(TemporaryFolder folder)
    {
        using Tensor w = ones(2);
        SafetensorsWriter.Write(folder.File("model.safetensors"), new Dictionary<string, Tensor> { ["w"] = w });
        folder.Write("config.json", """{"stub":true,"codes":16}""");
    }

    private sealed class StubFamily : IModelFamily
    {
        public string Name => "stub";

        public bool Recognizes(ModelConfig config) => config.Has("stub");

        public TokenizerInfo Describe(ModelConfig config, string weightsDigest) => new()
        {
            Name = "", Family = Name, Order = TokenOrder.Nested, Vocabulary = new ImageVocabulary(new VocabularyRun(config.Int("codes", least: 2), 4)), Lengths = [1, 4],
            NativeWidth = config.Int("width", otherwise: 8), NativeHeight = 8, Preprocessing = new ImagePreprocessing { Filter = "bicubic" }, Weights = weightsDigest,
        };

        public ITokenizerModel Create(ModelConfig config, IWeightSource weights, TokenizerInfo info, Device device)
        {
            using Tensor w = weights["w"];
            return w.size(0) == 2 ? new StubModel(info, device) : throw new CheckpointException(CheckpointError.Mismatch, "w");
        }
    }

    private sealed class StubModel(TokenizerInfo info, Device device) : ITokenizerModel
    {
        public TokenizerInfo Info => info;

        public Device Device => device;

        public Tensor Encode(Tensor pictures, EncodeOptions? options = null) => throw new NotSupportedException();

        public Tensor Decode(Tensor ids, DecodeOptions? options = null) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
