using System.Text.Json.Nodes;
using Vtok.Data;
using Vtok.Imaging;
using Vtok.Training.Data;
using Vtok.Training.Recipes;
using Vtok.Training.Runs;
using Vtok.Training.Tasks;
using static TorchSharp.torch;

namespace Vtok.Training.Tests;

/// <summary>What a run says about its pictures.</summary>
[TestClass]
public sealed class TrainingDataTests
{
    private readonly string _folder = TestRuns.Folder();
    private readonly List<string> _said = [];

    [TestCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [TestMethod]
    public void Corrupt_pictures_are_named_in_the_log_and_counted_in_the_last_line()
    {
        string data = Pictures("data", 6, 40);
        File.WriteAllBytes(Path.Combine(data, "broken.png"), [1, 2, 3]);

        TrainingOutcome outcome = Train(data, "steps=6", "every.log=2");

        JsonNode line = Log().Single(line => (string?)line["kind"] == "skipped");
        Assert.AreEqual("broken.png", (string?)line["name"]);
        StringAssert.EndsWith(outcome.Message, "; 1 picture could not be used (named in log.jsonl)");
        Assert.IsTrue(_said.Any(text => text.StartsWith("left out broken.png: ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Pictures_that_are_too_small_are_enlarged_and_said_or_left_out()
    {
        string data = Pictures("data", 5, 40);
        File.WriteAllBytes(Path.Combine(data, "small.png"), Png(20, 9));

        Train(data, "steps=6");
        TrainingOutcome strict = Train(data, "steps=12", "settings.smallPictures=leaveOut");

        Assert.AreEqual(1, _said.Count(text => text.Contains("smaller than 32 x 32 and are enlarged", StringComparison.Ordinal)));
        StringAssert.Contains(strict.Message, "1 picture could not be used");
        Assert.IsTrue(_said.Any(text => text.Contains("small.png: 20 x 20 is smaller than 32 x 32", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Corrupt_held_out_pictures_are_left_out_by_name()
    {
        string held = Pictures("held", 3, 40);
        File.WriteAllBytes(Path.Combine(held, "0.png"), [1, 2, 3]);

        using Tensor pictures = ValidationPictures.Load(held, 32, 1, _said.Add);

        Assert.AreEqual(2, pictures.size(0));
        StringAssert.StartsWith(_said.Single(), "left out of the held-out pictures: 0.png: ");
        foreach (string file in Directory.GetFiles(held))
            File.WriteAllBytes(file, [1, 2, 3]);
        StringAssert.Contains(Assert.ThrowsExactly<DatasetException>(() => ValidationPictures.Load(held, 32, 1, null)).Message, "none of the held-out pictures decodes; the first: 0.png: ");
    }

    [TestMethod]
    public void Processes_decode_disjoint_pictures_that_are_together_the_batch_of_one()
    {
        string data = Pictures("data", 12, 40);
        ImageLoaderOptions options = new() { BatchSize = 6, Transform = new RandomSquare { Side = 16 }, Seed = 4 };
        using PictureBatches alone = new(TrainingPictures.Open(data), options);
        PictureBatches[] ranks = [.. Enumerable.Range(0, 3).Select(rank =>
            new PictureBatches(TrainingPictures.Open(data), options with { BatchSize = 2, Rank = rank, World = 3 }))];

        for (int step = 0; step < 4; step++)
        {
            using TrainingBatch whole = alone.Read(step);
            for (int rank = 0; rank < 3; rank++)
            {
                using TrainingBatch share = ranks[rank].Read(step), expected = whole.Take(BatchShare.OfProcess(6, rank, 3));
                Assert.AreEqual(expected.Share, share.Share);
                Assert.IsTrue(share["pictures"].Equals(expected["pictures"]), $"step {step}, rank {rank}");
            }
        }
        foreach (PictureBatches reader in ranks)
            reader.Dispose();
    }

    [TestMethod]
    public void Data_that_is_missing_or_empty_is_refused_by_name()
    {
        string empty = Directory.CreateDirectory(Path.Combine(_folder, "empty")).FullName;

        foreach (string data in (string[])[empty, Path.Combine(_folder, "none"), Path.Combine(_folder, "none.parquet"), Path.Combine(_folder, "none-{0..3}.tar")])
        {
            var error = Assert.ThrowsExactly<DatasetException>(() => Train(data));
            StringAssert.StartsWith(error.Message, data.Split('{')[0]);
        }
    }

    [TestMethod]
    public void A_part_of_a_table_keeps_its_blocks()
    {
        using SamplePart part = new(new Blocks(), [0, 1, 4, 9, 10, 11]);

        CollectionAssert.AreEqual(new[] { 0, 2, 3 }, part.Blocks!.Starts.ToArray());
        Assert.AreEqual(2, part.Blocks.AtOnce);
    }

    private sealed class Blocks : ISampleSource
    {
        public string Name => "blocks";

        public int Count => 12;

        public IReadOnlyList<string> ClassNames => [];

        SampleBlocks? ISampleSource.Blocks => new([0, 3, 6, 9], 2);

        public string Locate(int index) => $"{index}";

        public Sample Read(int index) => new($"{index}", default);

        public void Dispose() { }
    }

    private TrainingOutcome Train(string data, params string[] overrides)
    {
        string tiny = Path.Combine(Repository.Root, "trainers/recipes/titok/tiny.json");
        Recipe recipe = Recipe.Load(tiny, ["every.validate=0", "every.sheet=0", "settings.network.crop=32", "settings.discriminator.enabled=false", .. overrides]);
        return recipe.Kind.Run(new TrainingRun { Recipe = recipe, Data = data, Folder = Path.Combine(_folder, "run"), Say = _said.Add });
    }

    private JsonNode[] Log() => [.. File.ReadLines(Path.Combine(_folder, "run", "log.jsonl")).Select(line => JsonNode.Parse(line)!)];

    private string Pictures(string name, int count, int side)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        for (int i = 0; i < count; i++)
            File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), Png(side, (byte)(40 * i)));
        return folder;
    }

    private static byte[] Png(int side, byte shade)
    {
        byte[] pixels = new byte[side * side * 3];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(shade + 3 * (i / 3 % side) + 5 * (i / 3 / side));
        return new VipsImageCodec().Encode(new RgbImage(side, side, pixels), ImageFormat.Png);
    }
}
