using System.Formats.Tar;
using System.Text;
using Parquet;
using Parquet.Schema;
using TorchSharp;
using Vtok.Data;
using Vtok.Models;
using Vtok.Models.OneDPiece;
using Vtok.Models.Weights;
using Vtok.Training.Tests.Commands;
using Vtok.Training.Titok;
using static TorchSharp.torch;

namespace Vtok.Training.Tests.Titok;

/// <summary>Single-stage training of a decoder that reads text features beside the tokens.</summary>
[TestClass]
public sealed class TitokTextTests
{
    private const int Length = 3, Width = 5;

    private static readonly string[] Text = ["settings.network.text=true", $"settings.network.textLength={Length}", $"settings.network.textWidth={Width}", "steps=4", "every.log=1"];

    [TestMethod]
    public void Features_beside_the_pictures_enter_the_decoder_and_the_model_asks_for_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        WriteFeatures(train["b"], 2);
        string[] validation = ["--validation", train["pictures"]];

        (int exitCode, _, string errors) = TrainHarness.Run([.. train.Train("first", [.. Text, $"settings.text={train["a"]}"]), .. validation]);
        (int second, _, string others) = TrainHarness.Run([.. train.Train("second", [.. Text, $"settings.text={train["b"]}"]), .. validation]);

        Assert.AreEqual(0, exitCode, errors);
        Assert.AreEqual(0, second, others);
        Assert.AreNotEqual(FirstLoss(train["first"]), FirstLoss(train["second"])); // the same seed and pictures: the text alone differs
        using ITokenizerModel model = ModelFolder.Open(Path.Combine(train["first"], "model"));
        Tensor ids = zeros([1, 8], ScalarType.Int64);
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => model.Decode(ids)).Message, $"text features [{Length}, {Width}]");
    }

    [TestMethod]
    public void A_picture_without_features_is_named()
    {
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        File.Delete(Path.Combine(train["a"], "03.safetensors"));

        (int exitCode, _, string errors) = TrainHarness.Run(train.Train("run", [.. Text, $"settings.text={train["a"]}", "batch=12"]));

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.Contains(errors, "no text features of the picture \"03\"; expected 03.npy or 03.safetensors with [3, 5]");
        Assert.IsFalse(File.Exists(Path.Combine(train["run"], "log.jsonl")), "it was found only when its turn came");
    }

    [TestMethod]
    public void A_folder_of_features_may_be_named_with_a_slash_at_its_end()
    {
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        var text = new PictureText(new TextGuidance(Length, Width), train["a"] + Path.DirectorySeparatorChar);

        using ISampleSource opened = text.Open(train["pictures"]);
        using Tensor features = text.Read(["03"], [null]);

        Assert.AreEqual(12, opened.Count);
        CollectionAssert.AreEqual(new long[] { 1, Length, Width }, features.shape);
    }

    [TestMethod]
    public void A_key_that_leads_out_of_the_folder_and_another_shape_are_refused()
    {
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        Directory.CreateDirectory(train["b"]);
        var inside = new PictureText(new TextGuidance(Length, Width), train["b"]);
        var wider = new PictureText(new TextGuidance(Length, Width + 1), train["a"]);

        StringAssert.Contains(Assert.ThrowsExactly<DatasetException>(() => inside.Read(["../a/03"], [null])).Message, "no text features");
        StringAssert.Contains(Assert.ThrowsExactly<DatasetException>(() => wider.Read(["03"], [null])).Message, "text features [3, 5], expected [3, 6]");
    }

    [TestMethod]
    [DataRow(false), DataRow(true)]
    public void Features_that_lie_with_the_pictures_give_the_losses_of_those_in_a_folder(bool shards)
    {
        using DisposeScope scope = NewDisposeScope();
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        Assert.AreEqual(0, TrainHarness.Run(train.Train("folder", [.. Text, $"settings.text={train["a"]}"])).ExitCode);
        foreach (string file in Directory.GetFiles(train["a"]))
            File.WriteAllBytes(Path.Combine(train["pictures"], Path.GetFileNameWithoutExtension(file) + ".npy"), Npy(TextFeatures.Read(file)));
        string data = shards ? train["s.tar"] : train["pictures"];
        if (shards)
            TarFile.CreateFromDirectory(train["pictures"], data, includeBaseDirectory: false);

        (int exitCode, _, string errors) = TrainHarness.Run([TrainHarness.Tiny, "--data", data, "--validation", data, "--out", train["beside"], "--threads", "1",
            .. Text.SelectMany(value => (string[])["--set", value])]);

        Assert.AreEqual(0, exitCode, errors);
        if (!shards) // a shard has its own order
            Assert.AreEqual(FirstLoss(train["folder"]), FirstLoss(train["beside"]));
    }

    [TestMethod]
    public async Task A_table_with_features_trains_goes_on_and_names_a_row_without_them()
    {
        using DisposeScope scope = NewDisposeScope();
        using var train = new TrainHarness();
        WriteFeatures(train["a"], 1);
        byte[][] pictures = [.. Directory.GetFiles(train["pictures"]).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        byte[][] features = [.. Directory.GetFiles(train["a"]).Order(StringComparer.Ordinal).Select(file => Npy(TextFeatures.Read(file)))];
        await WriteTable(train["whole.parquet"], pictures, features);
        await WriteTable(train["gap.parquet"], pictures, [.. features.Select((bytes, row) => row == 5 ? null : bytes)]);
        string[] Run(string table, string run, int steps) => [TrainHarness.Tiny, "--data", train[table], "--validation", train["whole.parquet"], "--out", train[run], "--threads", "1",
            .. Text.Append($"steps={steps}").SelectMany(value => (string[])["--set", value])];

        (int first, _, string half) = TrainHarness.Run(Run("whole.parquet", "run", 2));
        (int second, _, string whole) = TrainHarness.Run(Run("whole.parquet", "run", 4));
        (int third, _, string without) = TrainHarness.Run(Run("gap.parquet", "gap", 4));

        Assert.AreEqual((0, 0), (first, second), half + whole);
        StringAssert.Contains(whole, "going on after step 2");
        Assert.AreEqual(0, third, without);
        StringAssert.Contains(without, "1 picture could not be used");
        StringAssert.Contains(File.ReadLines(Path.Combine(train["gap"], "log.jsonl")).Single(line => line.Contains("\"skipped\"")), "row 5\",\"reason\":\"has no bytes of features");
    }

    [TestMethod]
    public void A_picture_without_features_beside_it_is_named_before_the_first_step()
    {
        using var train = new TrainHarness();

        (int exitCode, _, string errors) = TrainHarness.Run(train.Train("run", Text));

        Assert.AreEqual(3, exitCode, errors);
        StringAssert.Contains(errors, "12 of 12 pictures have no features beside them, the first \"00\"; expected 00.npy");
        Assert.IsFalse(File.Exists(Path.Combine(train["run"], "log.jsonl")));
    }

    private static string FirstLoss(string run) => System.Text.Json.Nodes.JsonNode.Parse(File.ReadLines(Path.Combine(run, "log.jsonl")).First(line => line.Contains("\"train\"")))!["loss"]!.ToJsonString();

    private static async Task WriteTable(string path, byte[][] pictures, byte[]?[] features)
    {
        DataField image = new("image", typeof(byte[]), isNullable: false), array = new("text_features", typeof(byte[]), isNullable: true);
        await using FileStream stream = File.Create(path);
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(image, array), stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        await group.WriteAsync(image, pictures);
        await group.WriteAsync(array, [.. features.Select(bytes => bytes!)]);
        group.CompleteValidate();
    }

    private static byte[] Npy(Tensor features)
    {
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({features.size(1)}, {features.size(2)}), }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. features.bytes];
    }

    private static void WriteFeatures(string folder, ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(seed, CPU);
        Directory.CreateDirectory(folder);
        for (int i = 0; i < 12; i++)
            SafetensorsWriter.Write(Path.Combine(folder, $"{i:D2}.safetensors"), new Dictionary<string, Tensor> { ["text"] = randn([Length, Width], generator: generator) });
    }
}
