using CsCheck;
using TorchSharp;
using Vtok.Models.Quantizers;
using static TorchSharp.torch;

namespace Vtok.Models.Tests.Quantizers;

[TestClass]
public sealed class VectorQuantizerTests
{
    private static readonly Gen<(int Codes, int Width, bool Normalize, int Seed)> Quantizers =
        Gen.Select(Gen.Int[2, 40], Gen.Int[2, 12], Gen.Bool, Gen.Int[0, 1_000_000]);

    [TestMethod]
    public void Encoding_a_decoded_code_gives_its_id() => Quantizers.Sample(drawn =>
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = Create(drawn);
        Tensor ids = arange(drawn.Codes).view(1, -1);

        Tensor again = quantizer.Encode(quantizer.Decode(ids));

        Assert.IsTrue(ids.Equals(again));
    }, iter: 60, threads: 1);

    [TestMethod]
    public void The_gradient_passes_straight_to_the_feature()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = Create((16, 4, false, 3));
        using Generator generator = new(5);
        Tensor features = randn([2, 7, 4], generator: generator).requires_grad_(true);
        Tensor upstream = randn([2, 7, 4], generator: generator);

        QuantizerOutput output = quantizer.Quantize(features);
        (output.Quantized * upstream).sum().backward();

        Assert.IsTrue(features.grad!.Equals(upstream));
        Assert.IsTrue(output.Quantized.allclose(quantizer.Decode(output.Ids), atol: 1e-6));
    }

    [TestMethod]
    public void Losses_pull_feature_and_code_towards_each_other()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = Create((8, 4, true, 3));
        using Generator generator = new(5);
        Tensor features = randn([30, 4], generator: generator).requires_grad_(true);
        float before = quantizer.Quantize(features).TotalLoss().item<float>();

        quantizer.Quantize(features).TotalLoss().backward();
        using (no_grad())
        {
            features.sub_(features.grad! * 0.5);
            quantizer.Codebook.sub_(quantizer.Codebook.grad! * 0.05);
        }

        Assert.IsLessThan(before, quantizer.Quantize(features).TotalLoss().item<float>());
    }

    [TestMethod]
    public void A_moving_average_without_memory_is_the_mean_of_the_assigned_features()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = new(new VectorQuantizerConfig
        {
            CodebookSize = 3,
            CodeDimension = 2,
            Learning = CodebookLearning.MovingAverage,
            Decay = 0,
        });
        using Generator generator = new(1);
        quantizer.Initialize(generator);
        quantizer.Replace(arange(3), tensor(new[] { 0f, 0, 10, 0, 0, 10 }).view(3, 2));
        Tensor features = tensor(new[] { 1f, 1, -1, 3, 9, 1, 11, 3, 1, 9 }).view(5, 2);

        _ = quantizer.Quantize(features);

        float[] expected = [0, 2, 10, 2, 1, 9];
        CollectionAssert.AreEqual(expected, quantizer.Codebook.detach().data<float>().Select(v => MathF.Round(v, 3)).ToArray());
    }

    [TestMethod]
    public void Moving_averages_follow_the_geometric_sum()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = new(new VectorQuantizerConfig
        {
            CodebookSize = 1,
            CodeDimension = 1,
            Learning = CodebookLearning.MovingAverage,
            Decay = 0.9,
        });
        using Generator generator = new(1);
        quantizer.Initialize(generator);
        quantizer.Replace(arange(1), zeros(1, 1));
        Tensor features = full([4, 1], 2f);

        for (int step = 0; step < 5; step++)
            _ = quantizer.Quantize(features);

        double memory = Math.Pow(0.9, 5); // of one feature of value 0; four features of value 2 a step since
        Assert.AreEqual(8 * (1 - memory) / (memory + 4 * (1 - memory)), quantizer.Codebook.item<float>(), 1e-5);
    }

    [TestMethod]
    public void Evaluation_leaves_the_codebook_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = new(new VectorQuantizerConfig { CodebookSize = 4, CodeDimension = 2, Learning = CodebookLearning.Clustering });
        using Generator generator = new(1);
        quantizer.Initialize(generator);
        Tensor before = quantizer.Codebook.clone();
        quantizer.eval();

        _ = quantizer.Quantize(ones(5, 2));
        bool same = before.Equals(quantizer.Codebook);
        quantizer.train();
        _ = quantizer.Quantize(ones(5, 2));

        Assert.IsTrue(same);
        Assert.IsFalse(before.Equals(quantizer.Codebook));
    }

    [TestMethod]
    public void The_window_of_used_codes_slides_and_starts_with_code_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        using VectorQuantizer quantizer = new(new VectorQuantizerConfig { CodebookSize = 4, CodeDimension = 1, UsageWindow = 3 });
        using (no_grad())
            quantizer.Codebook.copy_(tensor([0f, 1f, 2f, 3f]).view(4, 1));
        quantizer.train();
        double Use(params float[] features)
        {
            quantizer.Quantize(tensor(features).view(-1, 1));
            return quantizer.RecentUsage().item<float>();
        }

        Assert.AreEqual(0.5, Use(3));          // 0 0 3
        Assert.AreEqual(0.75, Use(1));         // 0 3 1
        Assert.AreEqual(0.5, Use(2, 1));       // 1 2 1
        Assert.AreEqual(0.75, Use(2, 2, 3, 1, 0)); // 3 1 0
        quantizer.eval();
        Assert.AreEqual(0.75, Use(2, 2, 2));   // evaluation is not counted
    }

    [TestMethod]
    public void State_dictionaries_have_the_published_names()
    {
        using VectorQuantizer plain = Create((4, 2, false, 1));
        using VectorQuantizer clustering = new(new VectorQuantizerConfig { CodebookSize = 4, CodeDimension = 2, Learning = CodebookLearning.Clustering });

        CollectionAssert.AreEquivalent(new[] { "embedding.weight" }, plain.state_dict().Keys.ToArray());
        CollectionAssert.AreEquivalent(new[] { "embedding.weight", "embed_prob" }, clustering.state_dict().Keys.ToArray());
    }

    [TestMethod]
    public void No_tensor_is_left_behind()
    {
        using VectorQuantizer quantizer = Create((16, 4, true, 3));
        using Tensor features = ones(3, 5, 4);
        long Live() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        void Step()
        {
            using DisposeScope scope = NewDisposeScope();
            QuantizerOutput output = quantizer.Quantize(features);
            _ = quantizer.Decode(quantizer.Encode(output.Quantized));
        }
        Step();
        long before = Live();

        for (int i = 0; i < 50; i++)
            Step();

        Assert.AreEqual(before, Live());
    }

    [TestMethod]
    public void Soft_learning_gives_the_nearest_code_and_a_gradient_to_every_code()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        VectorQuantizerConfig config = new() { CodebookSize = 6, CodeDimension = 3, Learning = CodebookLearning.Soft, Sharpness = 1 };
        using VectorQuantizer quantizer = new(config);
        quantizer.Initialize(generator);
        Tensor features = randn([10, 3], generator: generator).requires_grad_(true);

        QuantizerOutput output = quantizer.Quantize(features);
        output.Quantized.square().sum().backward();

        Assert.IsTrue(output.Quantized.allclose(quantizer.Decode(output.Ids), atol: 1e-6));
        Assert.IsFalse(output.Losses.ContainsKey(QuantizerOutput.Codebook));
        Assert.AreEqual(6L, quantizer.Codebook.grad!.abs().sum(1).gt(0).sum().item<long>());
        Assert.IsTrue(features.grad!.abs().sum(1).gt(0).all().item<bool>());
    }

    [TestMethod]
    public void A_clustered_start_leaves_less_error_than_a_drawn_one_and_restarts_the_averages()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        using VectorQuantizer quantizer = new(new VectorQuantizerConfig { CodebookSize = 16, CodeDimension = 3, Learning = CodebookLearning.MovingAverage });
        quantizer.Initialize(generator);
        Tensor features = randn([300, 3], generator: generator);
        float Error() => (quantizer.Decode(quantizer.Encode(features)) - features).square().mean().item<float>();
        float drawn = Error();

        quantizer.Start(features, generator);

        Assert.IsLessThan(0.3f * drawn, Error());
        Assert.IsTrue(quantizer.get_buffer("embed_avg")!.Equals(quantizer.Codebook));
        Assert.IsTrue(quantizer.get_buffer("cluster_size")!.eq(1).all().item<bool>());
    }

    private static VectorQuantizer Create((int Codes, int Width, bool Normalize, int Seed) drawn)
    {
        VectorQuantizer quantizer = new(new VectorQuantizerConfig { CodebookSize = drawn.Codes, CodeDimension = drawn.Width, Normalize = drawn.Normalize });
        using Generator generator = new((ulong)drawn.Seed);
        quantizer.Initialize(generator);
        return quantizer;
    }
}
